/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

/** What SQLite does by itself: rows into a table like the store's, one thread, a fixed number of rows in a transaction. */
final class PlainSqlite {

    private PlainSqlite() {}

    /** Returns rows a second that survive a loss of power: messages of an outbox. */
    static double messages(Path file, int payloadBytes, int rowsInTransaction, int seconds) throws SQLException {
        try (Connection connection = open(file, "FULL")) {
            execute(
                    connection,
                    "CREATE TABLE message (sequence INTEGER PRIMARY KEY AUTOINCREMENT, outbox INTEGER NOT NULL,"
                            + " time INTEGER NOT NULL, bytes INTEGER NOT NULL, topic TEXT NOT NULL,"
                            + " payload BLOB NOT NULL)");
            execute(connection, "CREATE INDEX message_outbox ON message (outbox, sequence, bytes)");
            connection.setAutoCommit(false);
            byte[] payload = new byte[payloadBytes];
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO message (outbox, time, bytes, topic, payload) VALUES (1, ?, ?, 'bench', ?)")) {
                return run(connection, insert, rowsInTransaction, seconds, row -> {
                    insert.setLong(1, row);
                    insert.setInt(2, payloadBytes);
                    insert.setBytes(3, payload);
                });
            }
        }
    }

    /** Returns rows a second that survive the end of the process: readings of the history. */
    static double readings(Path file, int rowsInTransaction, int seconds) throws SQLException {
        try (Connection connection = open(file, "NORMAL")) {
            execute(
                    connection,
                    "CREATE TABLE reading (id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, time INTEGER NOT NULL,"
                            + " kind INTEGER NOT NULL, quality INTEGER NOT NULL, value)");
            execute(connection, "CREATE INDEX reading_time ON reading (channel, time)");
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO reading (channel, time, kind, quality, value) VALUES (?, ?, 2, 0, ?)")) {
                return run(connection, insert, rowsInTransaction, seconds, row -> {
                    insert.setLong(1, row % StoreSuite.CHANNELS);
                    insert.setLong(2, row);
                    insert.setLong(3, row);
                });
            }
        }
    }

    /** Sets the values of a row. */
    private interface Row {
        void bind(long row) throws SQLException;
    }

    private static double run(
            Connection connection, PreparedStatement insert, int rowsInTransaction, int seconds, Row row)
            throws SQLException {
        long rows = 0;
        long began = System.nanoTime();
        while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(seconds)) {
            for (int i = 0; i < rowsInTransaction; i++) {
                row.bind(rows++);
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }
        return rows / ((System.nanoTime() - began) / 1e9);
    }

    private static Connection open(Path file, String synchronous) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        execute(connection, "PRAGMA journal_mode = WAL");
        execute(connection, "PRAGMA synchronous = " + synchronous);
        return connection;
    }

    private static void execute(Connection connection, String statement) throws SQLException {
        try (Statement each = connection.createStatement()) {
            each.execute(statement);
        }
    }
}
