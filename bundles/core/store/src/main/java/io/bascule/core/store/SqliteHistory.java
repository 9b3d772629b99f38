/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.store.Bucket;
import io.bascule.api.store.BucketQuery;
import io.bascule.api.store.ReadingPage;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.ReadingStore;
import io.bascule.api.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The history: a table of channels by name, and one of readings with an index of channel and time. */
final class SqliteHistory implements ReadingStore, Tables, AutoCloseable {

    private static final String INSERT =
            "INSERT INTO reading (channel, time, kind, quality, value) VALUES (?, ?, ?, ?, ?)";

    private final ChannelRegistry registry;
    private final StoreSettings settings;
    private final StoreFile file;
    private final Retention retention;
    private final LongAdder stored = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unknown = new LongAdder();

    // Confined to the writing thread. Handles of channels are never given to another one while the gateway runs.
    private final Map<Integer, Long> idOfHandle = new HashMap<>();
    private final List<Integer> uncommitted = new ArrayList<>();
    private @Nullable PreparedStatement insert;
    private long storedNow;
    private long unknownNow;

    SqliteHistory(
            StoreSettings settings,
            ChannelRegistry registry,
            StoreFile.Alarm alarm,
            InstantSource clock,
            LongSupplier nanos) {
        this.settings = settings;
        this.registry = registry;
        this.retention = new Retention(settings.historyBytesMax(), settings.historyAge(), clock, nanos);
        this.file = new StoreFile(new StoreFile.Kind("history", settings.historyPowerSafe(), 0), settings, this, alarm);
        file.start();
    }

    @Override
    public List<String> schema() {
        return List.of(
                "CREATE TABLE channel (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
                // The value has no declared type, so that SQLite keeps each as it came.
                "CREATE TABLE reading (id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, time INTEGER NOT NULL,"
                        + " kind INTEGER NOT NULL, quality INTEGER NOT NULL, value)",
                "CREATE INDEX reading_time ON reading (channel, time)");
    }

    @Override
    public void opened(Connection connection) throws SQLException {
        idOfHandle.clear();
        uncommitted.clear();
        insert = null;
        retention.opened(connection);
    }

    @Override
    public CompletableFuture<Integer> append(Batch batch) {
        Append job = new Append(batch);
        if (batch.isEmpty()) {
            job.answer.complete(0);
        } else {
            file.submit(job);
        }
        return job.answer;
    }

    /** Appends a batch. */
    private final class Append extends Job<Integer> {
        private final Batch batch;

        Append(Batch batch) {
            super(weightOf(batch));
            this.batch = batch;
        }

        @Override
        Integer run(Connection connection) throws SQLException {
            PreparedStatement statement = insert;
            if (statement == null) {
                statement = connection.prepareStatement(INSERT);
                insert = statement;
            }
            int count = 0;
            statement.clearBatch();
            for (int i = 0; i < batch.size(); i++) {
                long channel = idOf(connection, batch.channel(i));
                if (channel > 0) {
                    statement.setLong(1, channel);
                    statement.setLong(2, batch.timeNanos(i));
                    statement.setInt(3, batch.kind(i).code());
                    statement.setInt(4, batch.quality(i).code());
                    ReadingRows.bind(statement, 5, batch, i);
                    statement.addBatch();
                    count++;
                }
            }
            if (count > 0) {
                statement.executeBatch();
            }
            storedNow += count;
            unknownNow += batch.size() - count;
            return count;
        }

        @Override
        void refused() {
            refused.add(batch.size());
        }
    }

    private static int weightOf(Batch batch) {
        long bytes = (long) batch.size() * RecordLayout.RECORD_BYTES;
        for (int i = 0; i < batch.size() && !batch.isFixedOnly(); i++) {
            // The upper half of a text's or a bytes value's bits is its length.
            bytes += batch.kind(i).isFixed() ? 0 : batch.valueBits(i) >>> 32;
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    /** Returns the number of a channel in the file, 0 when nobody knows it. */
    private long idOf(Connection connection, int handle) throws SQLException {
        Long known = idOfHandle.get(handle);
        if (known != null) {
            return known;
        }
        String name = registry.find(handle).map(Channel::name).orElse("");
        if (name.isEmpty()) {
            return 0;
        }
        long id = idOf(connection, name);
        if (id == 0) {
            try (PreparedStatement make = connection.prepareStatement("INSERT INTO channel (name) VALUES (?)")) {
                make.setString(1, name);
                make.executeUpdate();
            }
            id = Sqlite.number(connection, "SELECT last_insert_rowid()");
        }
        idOfHandle.put(handle, id);
        uncommitted.add(handle);
        return id;
    }

    private static long idOf(Connection connection, String name) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement("SELECT id FROM channel WHERE name = ?")) {
            find.setString(1, name);
            try (ResultSet rows = find.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    @Override
    public void committed() {
        uncommitted.clear();
        stored.add(storedNow);
        unknown.add(unknownNow);
        storedNow = 0;
        unknownNow = 0;
        retention.committed();
    }

    @Override
    public void rolledBack() {
        // The driver closes a statement that failed; which one, is not known here.
        insert = null;
        idOfHandle.keySet().removeAll(uncommitted);
        uncommitted.clear();
        storedNow = 0;
        unknownNow = 0;
        retention.rolledBack();
    }

    /** History is not thrown away because others fill the disk: new readings are refused, which their senders hear. */
    @Override
    public boolean makeRoom(Connection connection, long bytesMax) {
        return false;
    }

    @Override
    public boolean care(Connection connection) throws SQLException {
        return retention.run(connection);
    }

    /** Does what is due now; for tests. */
    boolean careNow() {
        return file.careNow().answer.join();
    }

    @Override
    public ReadingPage query(ReadingQuery query) throws StoreException {
        return file.read(connection -> page(connection, query));
    }

    private static ReadingPage page(Connection connection, ReadingQuery query) throws SQLException {
        long channel = idOf(connection, query.channel());
        return channel == 0 ? new ReadingPage(List.of(), null) : ReadingRows.page(connection, channel, query);
    }

    @Override
    public List<Bucket> summarize(BucketQuery query) throws StoreException {
        return file.read(connection -> {
            long channel = idOf(connection, query.channel());
            return channel == 0 ? List.of() : ReadingRows.buckets(connection, channel, query);
        });
    }

    @Override
    public List<String> channels() throws StoreException {
        return file.read(connection -> {
            List<String> names = new ArrayList<>();
            try (PreparedStatement find = connection.prepareStatement("SELECT name FROM channel ORDER BY name");
                    ResultSet rows = find.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return List.copyOf(names);
        });
    }

    @Override
    public Figures figures() {
        return new Figures(
                stored.sum(),
                refused.sum(),
                unknown.sum(),
                retention.expired(),
                retention.bytes(),
                settings.historyBytesMax(),
                file.problem());
    }

    @Override
    public void close() {
        file.close();
    }
}
