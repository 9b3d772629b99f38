/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

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

/** The history: a table of channels by name, and one of readings with an index of channel and time. */
final class PostgresHistory implements ReadingStore, Tables, AutoCloseable {

    /** Its name in messages and in the table of stores. */
    static final String NAME = "history";

    private static final String CHANNEL = "SELECT id FROM channel WHERE name = ?";

    private final ChannelRegistry registry;
    private final PostgresSettings settings;
    private final Retention retention;
    private final Database database;
    private final LongAdder stored = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unknown = new LongAdder();

    // Confined to the writing thread. Handles of channels are never given to another one while the gateway runs.
    private final Map<Integer, Long> idOfHandle = new HashMap<>();
    private final List<Integer> uncommitted = new ArrayList<>();
    private final List<Append> rows = new ArrayList<>();
    private long storedNow;
    private long unknownNow;

    PostgresHistory(PostgresSettings settings, ChannelRegistry registry, Alarm alarm, InstantSource clock) {
        this.settings = settings;
        this.registry = registry;
        this.retention = new Retention(settings.historyBytesMax(), settings.historyAge(), clock);
        this.database = new Database(NAME, settings, this, alarm);
        database.start();
    }

    @Override
    public List<String> schema() {
        return List.of(
                "CREATE TABLE channel (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE)",
                "CREATE TABLE reading (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, channel bigint NOT NULL,"
                        + " time bigint NOT NULL, kind smallint NOT NULL, quality int NOT NULL,"
                        + " number double precision, whole bigint, raw bytea)",
                "CREATE INDEX reading_time ON reading (channel, time, id)");
    }

    @Override
    public void opened(Connection connection) throws SQLException {
        idOfHandle.clear();
        uncommitted.clear();
        rows.clear();
        retention.opened(connection);
    }

    @Override
    public CompletableFuture<Integer> append(Batch batch) {
        Append job = new Append(batch);
        if (batch.isEmpty()) {
            job.answer.complete(0);
        } else {
            database.submit(job);
        }
        return job.answer;
    }

    /** Appends a batch. */
    private final class Append extends Job<Integer> {
        private final Batch batch;
        private final long[] ids;

        Append(Batch batch) {
            super(weightOf(batch));
            this.batch = batch;
            this.ids = new long[batch.size()];
        }

        @Override
        Integer run(Connection connection) throws SQLException {
            int count = 0;
            for (int i = 0; i < ids.length; i++) {
                ids[i] = idOf(connection, batch.channel(i));
                count += ids[i] > 0 ? 1 : 0;
            }
            rows.add(this);
            storedNow += count;
            unknownNow += ids.length - count;
            return count;
        }

        @Override
        void refused() {
            refused.add(batch.size());
        }
    }

    @Override
    public void flush(Connection connection) throws SQLException {
        long bytes = 0;
        int count = 0;
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(HistoryRows.INSERT)) {
            for (Append append : rows) {
                for (int i = 0; i < append.ids.length; i++) {
                    if (append.ids[i] > 0) {
                        bytes += HistoryRows.ROW_BYTES + HistoryRows.bind(insert, append.ids[i], append.batch, i);
                        insert.addBatch();
                        count++;
                    }
                }
            }
            if (count > 0) {
                insert.executeBatch();
                retention.add(connection, bytes);
            }
        }
        rows.clear();
    }

    private static int weightOf(Batch batch) {
        long bytes = (long) batch.size() * RecordLayout.RECORD_BYTES;
        for (int i = 0; i < batch.size() && !batch.isFixedOnly(); i++) {
            // The upper half of a text's or a bytes value's bits is its length.
            bytes += batch.kind(i).isFixed() ? 0 : batch.valueBits(i) >>> 32;
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    /** Returns the number of a channel in the database, 0 when nobody knows it. */
    private long idOf(Connection connection, int handle) throws SQLException {
        Long known = idOfHandle.get(handle);
        if (known != null) {
            return known;
        }
        String name = registry.find(handle).map(Channel::name).orElse("");
        if (name.isEmpty()) {
            return 0;
        }
        long id = Sql.number(connection, 0, CHANNEL, name);
        if (id == 0) {
            id = Sql.number(connection, 0, "INSERT INTO channel (name) VALUES (?) RETURNING id", name);
        }
        idOfHandle.put(handle, id);
        uncommitted.add(handle);
        return id;
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
        idOfHandle.keySet().removeAll(uncommitted);
        uncommitted.clear();
        rows.clear();
        storedNow = 0;
        unknownNow = 0;
        retention.rolledBack();
    }

    @Override
    public boolean care(Connection connection) throws SQLException {
        return retention.run(connection);
    }

    /** Does what is due now; for tests. */
    boolean careNow() {
        return database.careNow().answer.join();
    }

    @Override
    public ReadingPage query(ReadingQuery query) throws StoreException {
        return database.read(connection -> {
            long channel = Sql.number(connection, 0, CHANNEL, query.channel());
            return channel == 0 ? new ReadingPage(List.of(), null) : HistoryRows.page(connection, channel, query);
        });
    }

    @Override
    public List<Bucket> summarize(BucketQuery query) throws StoreException {
        return database.read(connection -> {
            long channel = Sql.number(connection, 0, CHANNEL, query.channel());
            return channel == 0 ? List.of() : HistoryRows.buckets(connection, channel, query);
        });
    }

    @Override
    public List<String> channels() throws StoreException {
        return database.read(connection -> {
            List<String> names = new ArrayList<>();
            try (PreparedStatement find =
                            connection.prepareStatement("SELECT name FROM channel ORDER BY name COLLATE \"C\"");
                    ResultSet found = find.executeQuery()) {
                while (found.next()) {
                    names.add(found.getString(1));
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
                database.problem());
    }

    @Override
    public void close() {
        database.close();
    }
}
