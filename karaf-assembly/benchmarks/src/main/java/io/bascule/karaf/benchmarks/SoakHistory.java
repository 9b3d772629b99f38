/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What is in the file of the history, read without the code that wrote it. */
final class SoakHistory {

    private final Map<String, Rows> channels = new TreeMap<>();

    /** Readings of one channel. */
    private static final class Rows {
        private final BitSet numbers = new BitSet();
        private long all;
        private long doubled;

        /** Numbers are those of numbered channels; a value beyond is none. */
        void add(long number) {
            if (number < 0 || number > Integer.MAX_VALUE - 1) {
                return;
            }
            if (numbers.get((int) number)) {
                doubled++;
            }
            numbers.set((int) number);
        }
    }

    /**
     * What is there of a channel.
     *
     * @param all readings of any quality
     * @param missing numbers that no good reading has
     * @param doubled good readings whose number another one has
     */
    record Line(long all, long missing, long doubled) {}

    private SoakHistory() {}

    /** Reads the file of a gateway that has ended. */
    static SoakHistory read(Path file) throws SQLException {
        SoakHistory history = new SoakHistory();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            Map<Long, Rows> byId = new HashMap<>();
            try (PreparedStatement find = connection.prepareStatement("SELECT id, name FROM channel");
                    ResultSet rows = find.executeQuery()) {
                while (rows.next()) {
                    byId.put(
                            rows.getLong(1),
                            history.channels.computeIfAbsent(String.valueOf(rows.getString(2)), n -> new Rows()));
                }
            }
            try (PreparedStatement find =
                            connection.prepareStatement("SELECT channel, quality, value FROM reading ORDER BY id");
                    ResultSet rows = find.executeQuery()) {
                while (rows.next()) {
                    Rows channel = byId.computeIfAbsent(rows.getLong(1), id -> new Rows());
                    channel.all++;
                    if (rows.getInt(2) == 0) {
                        channel.add(rows.getLong(3));
                    }
                }
            }
        }
        return history;
    }

    /** Returns what is there of a channel whose highest number is {@code highest}. */
    Line line(String channel, long highest) {
        Rows rows = channels.get(channel);
        if (rows == null) {
            return new Line(0, highest + 1, 0);
        }
        return new Line(
                rows.all, highest + 1 - rows.numbers.get(0, (int) highest + 1).cardinality(), rows.doubled);
    }

    /** Returns how many readings there are of a channel. */
    long count(String channel) {
        Rows rows = channels.get(channel);
        return rows == null ? 0 : rows.all;
    }
}
