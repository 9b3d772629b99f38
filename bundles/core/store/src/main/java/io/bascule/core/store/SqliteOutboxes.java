/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All outboxes in one file, so that they share its syncs. Sequence numbers are SQLite's AUTOINCREMENT, which never gives one
 * twice; a random id of the file makes them unique beyond it, also after a damaged file was replaced.
 */
final class SqliteOutboxes implements Outboxes, Tables, AutoCloseable {

    private static final String INSERT =
            "INSERT INTO message (outbox, time, bytes, topic, payload) VALUES (?, ?, ?, ?, ?)";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int RESERVE_BYTES_MAX = 4 * 1024 * 1024;
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    /** Dropping frees at least this part of the limit, so that not every message drops one. */
    private static final int DROP_PART = 256;

    /** On a full disk this part of all messages goes at once, or as much as there is room to remove. */
    private static final int ROOM_PART = 8;

    private final StoreSettings settings;
    private final InstantSource clock;
    private final StoreFile file;
    private final CompletableFuture<Boolean> isKnown;
    private final Map<String, StoredOutbox> outboxes = new ConcurrentSkipListMap<>();
    private volatile String fileId = "";
    private @Nullable PreparedStatement insert;

    SqliteOutboxes(StoreSettings settings, StoreFile.Alarm alarm, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.file = new StoreFile(new StoreFile.Kind("outbox", true, RESERVE_BYTES_MAX), settings, this, alarm);
        file.start();
        // What an earlier run left is to be seen by the first one who asks; a file that does not open says so itself.
        Job<Boolean> first = file.careNow();
        isKnown = first.answer.handle((done, failure) -> failure == null);
    }

    @Override
    public List<String> schema() {
        return List.of(
                "CREATE TABLE file (id TEXT NOT NULL)",
                "INSERT INTO file (id) VALUES ('"
                        + UUID.randomUUID().toString().substring(0, 13).replace("-", "") + "')",
                "CREATE TABLE outbox (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
                        + " dropped INTEGER NOT NULL DEFAULT 0)",
                "CREATE TABLE message (sequence INTEGER PRIMARY KEY AUTOINCREMENT, outbox INTEGER NOT NULL,"
                        + " time INTEGER NOT NULL, bytes INTEGER NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL)",
                "CREATE INDEX message_outbox ON message (outbox, sequence, bytes)");
    }

    @Override
    public void opened(Connection connection) throws SQLException {
        insert = null;
        fileId = Sqlite.text(connection, "SELECT id FROM file");
        // A file that replaces a damaged one does not have them.
        outboxes.values().forEach(outbox -> outbox.change(StoredOutbox.Totals.NONE));
        String query = "SELECT o.id, o.name, o.dropped, count(m.sequence), coalesce(sum(m.bytes), 0),"
                + " coalesce(max(m.sequence), 0) FROM outbox o LEFT JOIN message m ON m.outbox = o.id GROUP BY o.id";
        try (PreparedStatement find = connection.prepareStatement(query);
                ResultSet rows = find.executeQuery()) {
            while (rows.next()) {
                StoredOutbox outbox =
                        outboxes.computeIfAbsent(String.valueOf(rows.getString(2)), n -> new StoredOutbox(n, this));
                outbox.change(new StoredOutbox.Totals(
                        rows.getLong(1), rows.getLong(4), rows.getLong(5), rows.getLong(3), rows.getLong(6)));
            }
        }
        committed();
    }

    @Override
    public Outbox open(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "outbox name '" + name + "' is not valid; expected 1 to 64 letters, digits and . _ -");
        }
        StoredOutbox known = outboxes.get(name);
        if (known != null) {
            return known;
        }
        synchronized (this) {
            if (outboxes.size() >= OUTBOXES_MAX && !outboxes.containsKey(name)) {
                throw new IllegalStateException("there are " + OUTBOXES_MAX + " outboxes already; '" + name
                        + "' cannot be made. Use one of " + outboxes.keySet());
            }
            return outboxes.computeIfAbsent(name, n -> new StoredOutbox(n, this));
        }
    }

    @Override
    public List<String> list() {
        return List.copyOf(outboxes.keySet());
    }

    /** Waits until what an earlier run left has been read; false when the file cannot be opened. */
    boolean awaitOpened() {
        return isKnown.join();
    }

    String problem() {
        return file.problem();
    }

    long bytesMax() {
        return settings.outboxBytesMax();
    }

    CompletableFuture<Long> append(StoredOutbox outbox, String topic, byte[] payload) {
        Append job = new Append(outbox, topic, payload);
        if (payload.length > Outbox.PAYLOAD_BYTES_MAX || topic.length() > Outbox.TOPIC_MAX || job.size > bytesMax()) {
            job.fail(outbox.tooLarge("a payload of " + payload.length + " bytes and a topic of " + topic.length()
                    + " characters; expected at most " + Outbox.PAYLOAD_BYTES_MAX + " and " + Outbox.TOPIC_MAX
                    + ", together at most the outbox's limit of " + bytesMax()));
        } else {
            file.submit(job);
        }
        return job.answer;
    }

    CompletableFuture<Long> acknowledge(StoredOutbox outbox, long upTo) {
        Acknowledge job = new Acknowledge(outbox, upTo);
        file.submit(job);
        return job.answer;
    }

    private final class Append extends Job<Long> {
        private final StoredOutbox outbox;
        private final String topic;
        private final byte[] payload;
        private final long size;

        Append(StoredOutbox outbox, String topic, byte[] payload) {
            super(payload.length + topic.length());
            this.outbox = outbox;
            this.topic = topic;
            this.payload = payload;
            this.size = (long) payload.length
                    + topic.getBytes(StandardCharsets.UTF_8).length
                    + StoredOutbox.MESSAGE_OVERHEAD;
        }

        @Override
        Long run(Connection connection) throws SQLException {
            PreparedStatement statement = insert;
            if (statement == null) {
                statement = connection.prepareStatement(INSERT);
                insert = statement;
            }
            long key = keyOf(connection, outbox);
            long beyond = outbox.current().bytes() + size - bytesMax();
            if (beyond > 0) {
                drop(connection, outbox, Math.max(beyond, bytesMax() / DROP_PART));
            }
            Instant now = clock.instant();
            statement.setLong(1, key);
            statement.setLong(2, now.getEpochSecond() * NANOS_PER_SECOND + now.getNano());
            statement.setLong(3, size);
            statement.setString(4, topic);
            statement.setBytes(5, payload);
            statement.executeUpdate();
            long sequence = Sqlite.number(connection, "SELECT last_insert_rowid()");
            outbox.change(outbox.current().plus(size, sequence));
            return sequence;
        }

        @Override
        void refused() {
            outbox.refuse();
        }
    }

    private static long keyOf(Connection connection, StoredOutbox outbox) throws SQLException {
        long key = outbox.current().key();
        if (key == 0) {
            try (PreparedStatement make = connection.prepareStatement("INSERT INTO outbox (name) VALUES (?)")) {
                make.setString(1, outbox.name());
                make.executeUpdate();
            }
            key = Sqlite.number(connection, "SELECT last_insert_rowid()");
            outbox.change(outbox.current().withKey(key));
        }
        return key;
    }

    private final class Acknowledge extends Job<Long> {
        private final StoredOutbox outbox;
        private final long upTo;
        private long removedBefore;
        private long removed;
        private boolean isPart;

        Acknowledge(StoredOutbox outbox, long upTo) {
            super(0);
            this.outbox = outbox;
            this.upTo = upTo;
        }

        @Override
        Long run(Connection connection) throws SQLException {
            long bytesMax = file.removableBytes();
            isPart = outbox.current().bytes() > bytesMax;
            long last = isPart ? Math.min(upTo, oldest(connection, outbox, bytesMax)) : upTo;
            isPart = last < upTo;
            removed = remove(connection, outbox, last);
            return removedBefore + removed;
        }

        /** On a full disk there is not room to remove all at once. */
        @Override
        boolean hasMore() {
            removedBefore += removed;
            return isPart && removed > 0;
        }
    }

    /** Removes messages and returns how many those were. */
    private static long remove(Connection connection, StoredOutbox outbox, long upTo) throws SQLException {
        long key = outbox.current().key();
        String of = " FROM message WHERE outbox = ? AND sequence <= ?";
        long bytes = 0;
        try (PreparedStatement sum = connection.prepareStatement("SELECT coalesce(sum(bytes), 0)" + of)) {
            sum.setLong(1, key);
            sum.setLong(2, upTo);
            try (ResultSet rows = sum.executeQuery()) {
                bytes = rows.next() ? rows.getLong(1) : 0;
            }
        }
        try (PreparedStatement delete = connection.prepareStatement("DELETE" + of)) {
            delete.setLong(1, key);
            delete.setLong(2, upTo);
            long count = delete.executeUpdate();
            outbox.change(outbox.current().minus(count, bytes));
            return count;
        }
    }

    /** Returns the last of the oldest messages of an outbox that together have at least so many bytes. */
    private static long oldest(Connection connection, StoredOutbox outbox, long bytesWanted) throws SQLException {
        long last = 0;
        try (PreparedStatement find =
                connection.prepareStatement("SELECT sequence, bytes FROM message WHERE outbox = ? ORDER BY sequence")) {
            find.setLong(1, outbox.current().key());
            try (ResultSet rows = find.executeQuery()) {
                for (long bytes = 0; bytes < bytesWanted && rows.next(); bytes += rows.getLong(2)) {
                    last = rows.getLong(1);
                }
            }
        }
        return last;
    }

    /** Drops the oldest messages of an outbox, at least so many bytes. */
    private static void drop(Connection connection, StoredOutbox outbox, long bytesWanted) throws SQLException {
        dropUpTo(connection, outbox, oldest(connection, outbox, bytesWanted));
    }

    private static void countDropped(Connection connection, StoredOutbox outbox, long count, long bytes)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE outbox SET dropped = dropped + ? WHERE id = ?")) {
            update.setLong(1, count);
            update.setLong(2, outbox.current().key());
            update.executeUpdate();
        }
        outbox.change(outbox.current().minusDropped(count, bytes));
    }

    /** Drops the oldest messages of all outboxes, whosever they are. */
    @Override
    public boolean makeRoom(Connection connection, long bytesMax) throws SQLException {
        long all =
                outboxes.values().stream().mapToLong(o -> o.current().bytes()).sum();
        long wanted = Math.max(1, Math.min(bytesMax, all / ROOM_PART));
        long last = 0;
        try (PreparedStatement find =
                        connection.prepareStatement("SELECT sequence, bytes FROM message ORDER BY sequence");
                ResultSet rows = find.executeQuery()) {
            for (long bytes = 0; bytes < wanted && rows.next(); bytes += rows.getLong(2)) {
                last = rows.getLong(1);
            }
        }
        if (last == 0) {
            return false;
        }
        for (StoredOutbox outbox : outboxes.values()) {
            dropUpTo(connection, outbox, last);
        }
        return true;
    }

    private static void dropUpTo(Connection connection, StoredOutbox outbox, long last) throws SQLException {
        StoredOutbox.Totals held = outbox.current();
        long count = remove(connection, outbox, last);
        if (count > 0) {
            // Not acknowledged but dropped: counted as such.
            long bytes = held.bytes() - outbox.current().bytes();
            outbox.change(held);
            countDropped(connection, outbox, count, bytes);
        }
    }

    @Override
    public void committed() {
        outboxes.values().forEach(StoredOutbox::commit);
    }

    @Override
    public void rolledBack() {
        // The driver closes a statement that failed; which one, is not known here.
        insert = null;
        outboxes.values().forEach(StoredOutbox::rollBack);
    }

    @Override
    public boolean care(Connection connection) {
        return false;
    }

    List<Message> peek(long key, long after, int messagesMax, long bytesMax) throws StoreException {
        return file.read(connection -> {
            List<Message> messages = new ArrayList<>();
            long bytes = 0;
            try (PreparedStatement find =
                    connection.prepareStatement("SELECT sequence, time, topic, payload FROM message"
                            + " WHERE outbox = ? AND sequence > ? ORDER BY sequence LIMIT ?")) {
                find.setLong(1, key);
                find.setLong(2, after);
                find.setInt(3, messagesMax);
                try (ResultSet rows = find.executeQuery()) {
                    while (rows.next()) {
                        byte[] payload = rows.getBytes(4);
                        byte[] content = payload == null ? new byte[0] : payload;
                        bytes += content.length;
                        if (bytes > bytesMax && !messages.isEmpty()) {
                            break;
                        }
                        long sequence = rows.getLong(1);
                        messages.add(new Message(
                                sequence,
                                fileId + "-" + sequence,
                                rows.getLong(2),
                                String.valueOf(rows.getString(3)),
                                content));
                    }
                }
            }
            return List.copyOf(messages);
        });
    }

    @Override
    public void close() {
        file.close();
    }
}
