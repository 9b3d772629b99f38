/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

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
import java.util.function.LongSupplier;

/**
 * Removes readings, in steps short enough not to hold appends up: those appended first while the file is larger than it may
 * be, those whose source time is too old. Space goes by the order of appending, because a device with a wrong clock would
 * otherwise decide what goes. Confined to the writing thread but for the figures.
 */
final class Retention {

    private static final int ROWS_PER_STEP = 20_000;
    private static final int CHANNELS_PER_STEP = 1000;
    private static final Duration AGE_PERIOD = Duration.ofMinutes(1);

    /** Removing begins above the limit and ends this much under it, in parts of the limit. */
    private static final int SLACK_PART = 20;

    private static final String OLDEST_APPENDED = "DELETE FROM reading WHERE id <= coalesce("
            + "(SELECT id FROM reading ORDER BY id LIMIT 1 OFFSET " + (ROWS_PER_STEP - 1) + "),"
            + " (SELECT max(id) FROM reading))";
    private static final String TOO_OLD = "DELETE FROM reading WHERE id IN"
            + " (SELECT id FROM reading WHERE channel = ? AND time < ? ORDER BY time LIMIT ?)";

    private final long bytesMax;
    private final Duration age;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final AgeGate gate;
    private final LongAdder expired = new LongAdder();
    private volatile long bytes;
    private boolean isTrimming;
    private long expiredNow;
    private long ageDue;
    private long channelDone;

    Retention(long bytesMax, Duration age, InstantSource clock, LongSupplier nanos) {
        this.bytesMax = bytesMax;
        this.age = age;
        this.clock = clock;
        this.nanos = nanos;
        this.gate = new AgeGate(clock, nanos);
        this.ageDue = nanos.getAsLong();
    }

    long expired() {
        return expired.sum();
    }

    long bytes() {
        return bytes;
    }

    void opened(Connection connection) throws SQLException {
        bytes = Sqlite.bytesUsed(connection);
        if (Sqlite.number(connection, "SELECT EXISTS (SELECT 1 FROM reading)") == 1) {
            gate.started(Sqlite.number(connection, "SELECT time FROM reading ORDER BY id DESC LIMIT 1"));
        }
    }

    void committed() {
        expired.add(expiredNow);
        expiredNow = 0;
    }

    void rolledBack() {
        expiredNow = 0;
    }

    /** Does one step; returns whether there is another one to do at once. */
    boolean run(Connection connection) throws SQLException {
        boolean hasMore = trim(connection);
        // The clock is looked at each time, so that no jump is missed.
        boolean isAgeKnown = gate.isOpen();
        if (!age.isZero() && isAgeKnown && nanos.getAsLong() - ageDue >= 0) {
            hasMore |= removeOld(connection);
        }
        bytes = Sqlite.bytesUsed(connection);
        return hasMore;
    }

    private boolean trim(Connection connection) throws SQLException {
        long used = Sqlite.bytesUsed(connection);
        isTrimming = used > bytesMax || (isTrimming && used > bytesMax - bytesMax / SLACK_PART);
        if (!isTrimming) {
            return false;
        }
        try (PreparedStatement delete = connection.prepareStatement(OLDEST_APPENDED)) {
            int removed = delete.executeUpdate();
            expiredNow += removed;
            isTrimming = removed > 0;
            return isTrimming;
        }
    }

    private boolean removeOld(Connection connection) throws SQLException {
        long cutoff = TimeUnit.MILLISECONDS.toNanos(clock.millis() - age.toMillis());
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
        int left = ROWS_PER_STEP;
        try (PreparedStatement delete = connection.prepareStatement(TOO_OLD)) {
            for (long channel : channels) {
                delete.setLong(1, channel);
                delete.setLong(2, cutoff);
                delete.setInt(3, left);
                int removed = delete.executeUpdate();
                expiredNow += removed;
                left -= removed;
                if (left == 0) {
                    return true;
                }
                channelDone = channel;
            }
        }
        if (channels.size() == CHANNELS_PER_STEP) {
            return true;
        }
        channelDone = 0;
        ageDue = nanos.getAsLong() + AGE_PERIOD.toNanos();
        return false;
    }
}
