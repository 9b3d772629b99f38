/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Removes readings, in steps: those appended first while there are more bytes than there may be, those whose source time is too
 * old. Bytes are counted in the transaction that adds or removes them, because the size of a table of PostgreSQL does not shrink
 * at once. Too old is what both the gateway's clock and the server's find so: one wrong clock removes nothing. Confined to the
 * writing thread but for the figures.
 */
final class Retention {

    private static final int ROWS_PER_STEP = 20_000;
    private static final int CHANNELS_PER_STEP = 1000;
    private static final Duration AGE_PERIOD = Duration.ofMinutes(1);

    /** Removing begins above the limit and ends this much under it, in parts of the limit. */
    private static final int SLACK_PART = 20;

    private static final String REMOVED = " RETURNING raw) SELECT count(*), coalesce(sum(" + HistoryRows.ROW_BYTES
            + " + coalesce(length(raw), 0)), 0) FROM gone";
    private static final String APPENDED_FIRST =
            "WITH gone AS (DELETE FROM reading WHERE id IN (SELECT id FROM reading ORDER BY id LIMIT ?)" + REMOVED;
    private static final String TOO_OLD = "WITH gone AS (DELETE FROM reading WHERE id IN"
            + " (SELECT id FROM reading WHERE channel = ? AND time < ? ORDER BY time LIMIT ?)" + REMOVED;

    private final long bytesMax;
    private final Duration age;
    private final InstantSource clock;
    private final LongAdder expired = new LongAdder();
    private volatile long bytes;
    // Within the transaction.
    private long bytesNow;
    private long expiredNow;
    private boolean isTrimming;
    private long ageDue = System.nanoTime();
    private long channelDone;

    Retention(long bytesMax, Duration age, InstantSource clock) {
        this.bytesMax = bytesMax;
        this.age = age;
        this.clock = clock;
    }

    long expired() {
        return expired.sum();
    }

    long bytes() {
        return bytes;
    }

    void opened(Connection connection) throws SQLException {
        bytesNow = Sql.number(connection, 0, "SELECT bytes FROM store WHERE name = ?", PostgresHistory.NAME);
        bytes = bytesNow;
    }

    void committed() {
        expired.add(expiredNow);
        expiredNow = 0;
        bytes = bytesNow;
    }

    void rolledBack() {
        expiredNow = 0;
        bytesNow = bytes;
    }

    /** Counts bytes that are added, or removed when fewer than 0. */
    void add(Connection connection, long more) throws SQLException {
        bytesNow += more;
        Sql.update(connection, "UPDATE store SET bytes = ? WHERE name = ?", bytesNow, PostgresHistory.NAME);
    }

    /** Does one step; returns whether there is another one to do at once. */
    boolean run(Connection connection) throws SQLException {
        boolean hasMore = trim(connection);
        if (!age.isZero() && System.nanoTime() - ageDue >= 0) {
            hasMore |= removeOld(connection);
        }
        return hasMore;
    }

    private boolean trim(Connection connection) throws SQLException {
        isTrimming = bytesNow > bytesMax || (isTrimming && bytesNow > bytesMax - bytesMax / SLACK_PART);
        if (!isTrimming) {
            return false;
        }
        long missing = (bytesNow - (bytesMax - bytesMax / SLACK_PART)) / HistoryRows.ROW_BYTES + 1;
        try (PreparedStatement delete = connection.prepareStatement(APPENDED_FIRST)) {
            delete.setLong(1, Math.min(missing, ROWS_PER_STEP));
            isTrimming = remove(connection, delete) > 0;
            return isTrimming;
        }
    }

    private boolean removeOld(Connection connection) throws SQLException {
        long server = Sql.number(connection, 0, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
        long cutoff = TimeUnit.MILLISECONDS.toNanos(Math.min(server, clock.millis()) - age.toMillis());
        List<Long> channels = new ArrayList<>();
        try (PreparedStatement find = connection.prepareStatement(
                "SELECT id FROM channel WHERE id > ? ORDER BY id LIMIT " + CHANNELS_PER_STEP)) {
            find.setLong(1, channelDone);
            try (ResultSet rows = find.executeQuery()) {
                while (rows.next()) {
                    channels.add(rows.getLong(1));
                }
            }
        }
        long left = ROWS_PER_STEP;
        try (PreparedStatement delete = connection.prepareStatement(TOO_OLD)) {
            for (long channel : channels) {
                delete.setLong(1, channel);
                delete.setLong(2, cutoff);
                delete.setLong(3, left);
                left -= remove(connection, delete);
                if (left <= 0) {
                    return true;
                }
                channelDone = channel;
            }
        }
        if (channels.size() == CHANNELS_PER_STEP) {
            return true;
        }
        channelDone = 0;
        ageDue = System.nanoTime() + AGE_PERIOD.toNanos();
        return false;
    }

    private long remove(Connection connection, PreparedStatement delete) throws SQLException {
        try (ResultSet rows = delete.executeQuery()) {
            long count = rows.next() ? rows.getLong(1) : 0;
            if (count > 0) {
                expiredNow += count;
                add(connection, -rows.getLong(2));
            }
            return count;
        }
    }
}
