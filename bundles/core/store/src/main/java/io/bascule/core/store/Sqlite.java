/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/** What is special about SQLite: its native library, its settings and its error codes. */
final class Sqlite {

    /** Version of the tables; a file with a higher one was written by a newer gateway. */
    static final int SCHEMA_VERSION = 1;

    // Result codes, https://www.sqlite.org/rescode.html
    private static final int BUSY = 5;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int CONSTRAINT = 19;
    private static final int NOTADB = 26;

    private static final int BUSY_MILLIS = 5000;
    private static final String TEMP_FOLDER = "org.sqlite.tmpdir";
    private static final int KIB_OF_CACHE = 8192;

    /** The log of the database is cut back to this after a burst. */
    private static final int LOG_BYTES_KEPT = 16 * 1024 * 1024;

    private static boolean isPrepared;

    private Sqlite() {}

    /**
     * Says where the native library goes: into a folder of our own, because a process that is killed leaves it behind and
     * would fill the common one. What earlier processes left is removed; one that still runs has it loaded and loses nothing.
     */
    static synchronized void prepare(Path folder) throws IOException {
        if (isPrepared) {
            return;
        }
        Files.createDirectories(folder);
        try (Stream<Path> left = Files.list(folder)) {
            for (Path file : left.filter(f -> f.getFileName().toString().startsWith("sqlite-"))
                    .toList()) {
                Files.deleteIfExists(file);
            }
        }
        if (System.getProperty(TEMP_FOLDER) == null) {
            System.setProperty(TEMP_FOLDER, folder.toAbsolutePath().toString());
        }
        isPrepared = true;
    }

    /** Opens a connection that writes; its transactions are ended by commit. */
    static Connection openWriter(Path file, boolean isFull, long pagesMax) throws SQLException {
        Connection connection = connect(file);
        try {
            execute(
                    connection,
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA synchronous = " + (isFull ? "FULL" : "NORMAL"),
                    "PRAGMA journal_size_limit = " + LOG_BYTES_KEPT,
                    "PRAGMA cache_size = -" + KIB_OF_CACHE,
                    "PRAGMA max_page_count = " + pagesMax);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            close(connection, e);
            throw e;
        }
    }

    /** Opens a connection that only reads. */
    static Connection openReader(Path file) throws SQLException {
        Connection connection = connect(file);
        try {
            execute(connection, "PRAGMA query_only = 1");
            return connection;
        } catch (SQLException e) {
            close(connection, e);
            throw e;
        }
    }

    private static Connection connect(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    }

    private static void close(Connection connection, SQLException cause) {
        try {
            connection.close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Returns what is wrong with the structure of a file, null when nothing is. */
    static @Nullable String damageOf(Path file) {
        try (Connection connection = connect(file)) {
            String found = text(connection, "PRAGMA quick_check(1)");
            return found.equals("ok") ? null : found;
        } catch (SQLException e) {
            return isDamage(e) ? String.valueOf(e.getMessage()) : null;
        }
    }

    /** Makes the tables when they are not there. */
    static void migrate(Connection connection, Path file, List<String> schema) throws SQLException, StoreException {
        long version = number(connection, "PRAGMA user_version");
        if (version > SCHEMA_VERSION) {
            throw new StoreException(
                    Reason.UNAVAILABLE,
                    file.getFileName() + " has tables of version " + version + "; this gateway knows " + SCHEMA_VERSION
                            + ". Use the gateway that wrote it, or move the file away");
        }
        if (version < SCHEMA_VERSION) {
            execute(connection, schema.toArray(String[]::new));
            execute(connection, "PRAGMA user_version = " + SCHEMA_VERSION);
        }
        connection.commit();
    }

    /** Writes the log of the database back, and cuts it off or keeps its space. */
    static void checkpoint(Connection connection, boolean isCutOff) throws SQLException {
        connection.setAutoCommit(true);
        try {
            execute(connection, "PRAGMA wal_checkpoint(" + (isCutOff ? "TRUNCATE" : "RESTART") + ")");
        } finally {
            connection.setAutoCommit(false);
        }
    }

    /** Returns the bytes that hold data; free pages are used again and do not count. */
    static long bytesUsed(Connection connection) throws SQLException {
        long pages = number(connection, "PRAGMA page_count") - number(connection, "PRAGMA freelist_count");
        return pages * number(connection, "PRAGMA page_size");
    }

    static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }

    static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Begins a transaction where the driver believes that there is one; false, noted with the cause, when it cannot. */
    static boolean begin(Connection connection, SQLException cause) {
        try {
            execute(connection, "BEGIN");
            return true;
        } catch (SQLException e) {
            cause.addSuppressed(e);
            return false;
        }
    }

    static boolean isDamage(SQLException e) {
        int code = e.getErrorCode() & 0xFF;
        return code == CORRUPT || code == NOTADB;
    }

    /** Returns whether the connection can go on after this failure. */
    static boolean isHarmless(SQLException e) {
        int code = e.getErrorCode() & 0xFF;
        return code == FULL || code == CONSTRAINT || code == BUSY;
    }

    /** Returns a failure in the words of the API. */
    static StoreException translate(Path file, SQLException e) {
        String name = "store file " + file.getFileName();
        return switch (e.getErrorCode() & 0xFF) {
            case FULL ->
                new StoreException(
                        Reason.FULL,
                        name + ": no space is left, on the disk or within the limit of the store; free some, or raise"
                                + " the limit in configuration " + StoreConfig.PID,
                        e);
            case CORRUPT, NOTADB ->
                new StoreException(
                        Reason.DAMAGED,
                        name + " is damaged; it is set aside and a new one begun: " + e.getMessage(),
                        e);
            default ->
                new StoreException(
                        Reason.UNAVAILABLE,
                        name + " cannot be used now, which is tried again by itself: " + e.getMessage(),
                        e);
        };
    }
}
