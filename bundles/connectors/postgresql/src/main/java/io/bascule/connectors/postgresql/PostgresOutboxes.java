/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outbox.Message;
import io.bascule.api.store.Outboxes;
import io.bascule.api.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The outboxes: a table of their names and one of messages. Sequence numbers are counted here and written down with the messages,
 * so that many rows can go in one statement; there is no second writer, which the session's lock sees to.
 */
final class PostgresOutboxes implements Outboxes, Tables, AutoCloseable {

    /** Its name in messages and in the table of stores. */
    static final String NAME = "outbox";

    /** What a message takes beside topic and payload, roughly: row, index, time. */
    static final int MESSAGE_OVERHEAD = 64;

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    /** So much of the limit is dropped at once, so that a full outbox does not drop for each message. */
    private static final int DROP_PART = 50;

    private static final String INSERT =
            "INSERT INTO message (outbox, sequence, time, bytes, topic, payload) VALUES (?, ?, ?, ?, ?, ?)";
    private static final String REMOVE = "WITH gone AS (DELETE FROM message WHERE outbox = ? AND sequence <= ?"
            + " RETURNING bytes) SELECT count(*), coalesce(sum(bytes), 0) FROM gone";
    // The first message up to which so many bytes go.
    private static final String DROP_UP_TO = "SELECT sequence FROM (SELECT sequence,"
            + " sum(bytes) OVER (ORDER BY sequence) AS going FROM message WHERE outbox = ?) AS found"
            + " WHERE going >= ? ORDER BY sequence LIMIT 1";

    // The driver takes an answer as a whole, so the server has to keep to the bytes.
    private static final String PEEK = "SELECT sequence, time, topic, payload FROM (SELECT sequence, time, topic,"
            + " payload, sum(length(payload)) OVER (ORDER BY sequence) AS going FROM message"
            + " WHERE outbox = ? AND sequence > ? ORDER BY sequence LIMIT ?) AS found"
            + " WHERE going <= ? OR going = length(payload) ORDER BY sequence";

    private final PostgresSettings settings;
    private final InstantSource clock;
    private final Database database;
    private final Map<String, PostgresOutbox> outboxes = new ConcurrentSkipListMap<>();
    private volatile String id = "";

    // Confined to the writing thread.
    private final List<Append> rows = new ArrayList<>();
    private long last;
    private long lastCommitted;

    PostgresOutboxes(PostgresSettings settings, Alarm alarm, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.database = new Database(NAME, settings, this, alarm);
        database.start();
    }

    long bytesMax() {
        return settings.outboxBytesMax();
    }

    String problem() {
        return database.problem();
    }

    @Override
    public List<String> schema() {
        return List.of(
                "CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE,"
                        + " dropped bigint NOT NULL DEFAULT 0)",
                "CREATE TABLE message (outbox bigint NOT NULL, sequence bigint NOT NULL, time bigint NOT NULL,"
                        + " bytes bigint NOT NULL, topic bytea NOT NULL, payload bytea NOT NULL,"
                        + " PRIMARY KEY (outbox, sequence))");
    }

    @Override
    public void opened(Connection connection) throws SQLException {
        rows.clear();
        id = String.valueOf(Sql.text(connection, "SELECT id FROM store WHERE name = ?", NAME));
        last = Sql.number(connection, 0, "SELECT last FROM store WHERE name = ?", NAME);
        lastCommitted = last;
        try (PreparedStatement find = connection.prepareStatement("SELECT o.id, o.name, o.dropped, count(m.sequence),"
                        + " coalesce(sum(m.bytes), 0), coalesce(max(m.sequence), 0) FROM outbox o"
                        + " LEFT JOIN message m ON m.outbox = o.id GROUP BY o.id, o.name, o.dropped");
                ResultSet found = find.executeQuery()) {
            while (found.next()) {
                PostgresOutbox outbox = outboxes.computeIfAbsent(found.getString(2), n -> new PostgresOutbox(n, this));
                outbox.change(new PostgresOutbox.Totals(
                        found.getLong(1), found.getLong(4), found.getLong(5), found.getLong(3), found.getLong(6)));
                outbox.commit();
            }
        }
    }

    @Override
    public Outbox open(String name) {
        if (!VALID.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name of an outbox; expected 1 to 64 letters, digits and . _ -");
        }
        synchronized (outboxes) {
            if (!outboxes.containsKey(name) && outboxes.size() >= OUTBOXES_MAX) {
                throw new IllegalStateException("outbox '" + name + "' would be one more than " + OUTBOXES_MAX);
            }
            return outboxes.computeIfAbsent(name, n -> new PostgresOutbox(n, this));
        }
    }

    @Override
    public List<String> list() {
        return List.copyOf(outboxes.keySet());
    }

    CompletableFuture<Long> append(PostgresOutbox outbox, String topic, byte[] payload) {
        Append job = new Append(outbox, topic, payload);
        if (payload.length > Outbox.PAYLOAD_BYTES_MAX || topic.length() > Outbox.TOPIC_MAX || job.size > bytesMax()) {
            job.fail(outbox.tooLarge("a payload of " + payload.length + " bytes and a topic of " + topic.length()
                    + " characters; expected at most " + Outbox.PAYLOAD_BYTES_MAX + " and " + Outbox.TOPIC_MAX
                    + ", together at most the outbox's limit of " + bytesMax()));
        } else {
            database.submit(job);
        }
        return job.answer;
    }

    CompletableFuture<Long> acknowledge(PostgresOutbox outbox, long upTo) {
        Job<Long> job = new Job<>(0) {
            @Override
            Long run(Connection connection) throws SQLException {
                flush(connection);
                return remove(connection, outbox, upTo, false);
            }
        };
        database.submit(job);
        return job.answer;
    }

    /** Appends a message. */
    private final class Append extends Job<Long> {
        private final PostgresOutbox outbox;
        private final byte[] topic;
        private final byte[] payload;
        private final long size;
        private long sequence;
        private long timeNanos;

        Append(PostgresOutbox outbox, String topic, byte[] payload) {
            super(payload.length + topic.length());
            this.outbox = outbox;
            this.topic = topic.getBytes(StandardCharsets.UTF_8);
            this.payload = payload;
            this.size = (long) payload.length + this.topic.length + MESSAGE_OVERHEAD;
        }

        @Override
        Long run(Connection connection) throws SQLException {
            requireKey(connection, outbox);
            long beyond = outbox.current().bytes() + size - bytesMax();
            if (beyond > 0) {
                flush(connection);
                drop(connection, outbox, Math.max(beyond, bytesMax() / DROP_PART));
            }
            Instant now = clock.instant();
            timeNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
            last++;
            sequence = last;
            rows.add(this);
            outbox.change(outbox.current().changed(1, size, 0, sequence));
            return sequence;
        }

        @Override
        void refused() {
            outbox.refuse();
        }
    }

    private static void requireKey(Connection connection, PostgresOutbox outbox) throws SQLException {
        if (outbox.current().key() == 0) {
            long key = Sql.number(connection, 0, "INSERT INTO outbox (name) VALUES (?) RETURNING id", outbox.name());
            outbox.change(new PostgresOutbox.Totals(key, 0, 0, 0, 0));
        }
    }

    @Override
    public void flush(Connection connection) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (Append row : rows) {
                insert.setLong(1, row.outbox.current().key());
                insert.setLong(2, row.sequence);
                insert.setLong(3, row.timeNanos);
                insert.setLong(4, row.size);
                insert.setBytes(5, row.topic);
                insert.setBytes(6, row.payload);
                insert.addBatch();
            }
            insert.executeBatch();
        }
        rows.clear();
        Sql.update(connection, "UPDATE store SET last = ? WHERE name = ?", last, NAME);
    }

    /** Drops the oldest messages of an outbox, at least so many bytes. */
    private static void drop(Connection connection, PostgresOutbox outbox, long bytesWanted) throws SQLException {
        long upTo = Sql.number(
                connection, Long.MAX_VALUE, DROP_UP_TO, outbox.current().key(), bytesWanted);
        long count = remove(connection, outbox, upTo, true);
        Sql.update(
                connection,
                "UPDATE outbox SET dropped = dropped + ? WHERE id = ?",
                count,
                outbox.current().key());
    }

    private static long remove(Connection connection, PostgresOutbox outbox, long upTo, boolean isDropped)
            throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(REMOVE)) {
            delete.setLong(1, outbox.current().key());
            delete.setLong(2, upTo);
            try (ResultSet gone = delete.executeQuery()) {
                long count = gone.next() ? gone.getLong(1) : 0;
                if (count > 0) {
                    outbox.change(outbox.current().changed(-count, -gone.getLong(2), isDropped ? count : 0, 0));
                }
                return count;
            }
        }
    }

    @Override
    public void committed() {
        lastCommitted = last;
        outboxes.values().forEach(PostgresOutbox::commit);
    }

    @Override
    public void rolledBack() {
        rows.clear();
        last = lastCommitted;
        outboxes.values().forEach(PostgresOutbox::rollBack);
    }

    @Override
    public boolean care(Connection connection) {
        return false;
    }

    /** Returns when the database has been read for the first time; for tests. */
    boolean careNow() {
        return database.careNow().answer.join();
    }

    List<Message> peek(PostgresOutbox outbox, long after, int messagesMax, long bytesMax) throws StoreException {
        long key = outbox.committed().key();
        if (key == 0) {
            return List.of();
        }
        return database.read(connection -> {
            List<Message> messages = new ArrayList<>();
            long bytes = 0;
            try (PreparedStatement find = connection.prepareStatement(PEEK)) {
                find.setLong(1, key);
                find.setLong(2, after);
                find.setInt(3, messagesMax);
                find.setLong(4, bytesMax);
                try (ResultSet found = find.executeQuery()) {
                    while (found.next()) {
                        byte[] payload = found.getBytes(4);
                        bytes += payload.length;
                        if (bytes > bytesMax && !messages.isEmpty()) {
                            break;
                        }
                        messages.add(new Message(
                                found.getLong(1),
                                id + "-" + found.getLong(1),
                                found.getLong(2),
                                new String(found.getBytes(3), StandardCharsets.UTF_8),
                                payload));
                    }
                }
            }
            return List.copyOf(messages);
        });
    }

    @Override
    public void close() {
        database.close();
    }
}
