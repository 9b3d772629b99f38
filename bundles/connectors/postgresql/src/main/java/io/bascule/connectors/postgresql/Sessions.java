/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes connections to the server. That for writing has the lock of its tables. Confined to the writing thread but for readers. */
final class Sessions {

    /** What became of a transaction. */
    enum Fate {
        /** It is in the database. */
        KEPT,
        /** It is not. */
        NOT_KEPT,
        /** The server does not know, or was not asked. */
        UNKNOWN
    }

    /** What this code makes and understands. */
    static final int VERSION = 1;

    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
    private static final String LOCK =
            "SELECT CASE WHEN pg_try_advisory_lock(hashtextextended(?, 0)) THEN 1 ELSE 0 END";
    /** Object in use: another gateway has the tables. */
    private static final String IN_USE = "55006";

    private final String name;
    private final PostgresSettings settings;
    private long asked;
    private Fate fate = Fate.UNKNOWN;

    Sessions(String name, PostgresSettings settings) {
        this.name = name;
        this.settings = settings;
    }

    /** Lets the next session for writing ask what became of a transaction. */
    void askFor(long transaction) {
        asked = transaction;
        fate = Fate.UNKNOWN;
    }

    Fate fate() {
        return fate;
    }

    Connection openReader() throws SQLException {
        Connection connection = connect();
        try {
            connection.setReadOnly(true);
            connection.setAutoCommit(true);
            return connection;
        } catch (SQLException e) {
            close(connection);
            throw e;
        }
    }

    /** Connects, takes the lock, asks what was to be asked, and makes the tables that are missing. */
    Connection openWriter(List<String> schema) throws SQLException {
        Connection connection = connect();
        try {
            connection.setAutoCommit(false);
            lock(connection);
            if (asked != 0) {
                fate = fateOf(connection, asked);
                asked = 0;
            }
            migrate(connection, schema);
            connection.commit();
            return connection;
        } catch (SQLException e) {
            close(connection);
            throw e;
        }
    }

    private Connection connect() throws SQLException {
        Properties account = new Properties();
        account.putAll(settings.account());
        Connection connection = new org.postgresql.Driver().connect(settings.url(), account);
        if (connection == null) {
            throw new SQLException("the driver does not understand the address " + settings.url());
        }
        return connection;
    }

    private void lock(Connection connection) throws SQLException {
        String key = "bascule/" + settings.schema() + "/" + name;
        if (Sql.number(connection, 0, LOCK, key) == 0) {
            throw new SQLException(
                    "schema " + settings.schema() + " is used by another session, of another gateway or of this one"
                            + " before it lost its connection; give each gateway a schema of its own",
                    IN_USE);
        }
    }

    private Fate fateOf(Connection connection, long transaction) throws SQLException {
        try {
            String status = Sql.text(connection, "SELECT txid_status(?)", transaction);
            LOG.info("store={} transaction={} was {}", name, transaction, status);
            return "committed".equals(status) ? Fate.KEPT : "aborted".equals(status) ? Fate.NOT_KEPT : Fate.UNKNOWN;
        } catch (SQLException e) {
            if (Sql.failureOf(e) == Sql.Failure.LOST) {
                throw e;
            }
            // After its crash the server has never heard of a number that it had not written down: nothing was kept.
            LOG.info("store={} transaction={} is unknown to the server: {}", name, transaction, e.getMessage());
            connection.rollback();
            return Fate.NOT_KEPT;
        }
    }

    private void migrate(Connection connection, List<String> schema) throws SQLException {
        // History and outboxes, and other gateways, may come at the same time.
        Sql.text(
                connection,
                "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))::text",
                "bascule/" + settings.schema());
        String quoted = '"' + settings.schema() + '"';
        if (Sql.number(connection, 0, "SELECT 1 FROM pg_namespace WHERE nspname = ?", settings.schema()) == 0) {
            Sql.execute(connection, "CREATE SCHEMA IF NOT EXISTS " + quoted);
        }
        Sql.execute(
                connection,
                "CREATE TABLE IF NOT EXISTS store (name text PRIMARY KEY, version int NOT NULL, id text NOT NULL,"
                        + " bytes bigint NOT NULL DEFAULT 0, last bigint NOT NULL DEFAULT 0)");
        long found = Sql.number(connection, 0, "SELECT version FROM store WHERE name = ?", name);
        if (found > VERSION) {
            throw new SQLException("the tables of " + settings.schema() + " have version " + found
                    + "; this gateway understands " + VERSION + ": use a newer gateway or another schema");
        }
        if (found == 0) {
            for (String statement : schema) {
                Sql.execute(connection, statement);
            }
            Sql.update(
                    connection,
                    "INSERT INTO store (name, version, id) VALUES (?, ?, ?)",
                    name,
                    VERSION,
                    Long.toHexString(java.util.UUID.randomUUID().getMostSignificantBits()));
        }
    }

    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("a connection was not closed well", e);
        }
    }
}
