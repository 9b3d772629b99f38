/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoreException.Reason;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statements and failures of PostgreSQL; the codes are those of its manual, appendix A. */
final class Sql {

    /** What a failure means. */
    enum Failure {
        /** The connection is gone; what was not committed is not kept. */
        LOST,
        /** The server has no space. */
        FULL,
        /** The statement is to blame, or what it was given. */
        REFUSED
    }

    private static final int MESSAGE_MAX = 400;

    private Sql() {}

    static Failure failureOf(SQLException problem) {
        String state = problem.getSQLState() == null ? "" : problem.getSQLState();
        // 08: connection; 57P: the server ends, starts, or ended this connection.
        if (state.startsWith("08") || state.startsWith("57P")) {
            return Failure.LOST;
        }
        // 53100: disk full; 53200: out of memory.
        return state.equals("53100") || state.equals("53200") ? Failure.FULL : Failure.REFUSED;
    }

    /** Returns what the server or the driver says, without the values of rows, which a failed batch would name. */
    static String messageOf(SQLException problem) {
        SQLException next = problem instanceof BatchUpdateException ? problem.getNextException() : null;
        String message = String.valueOf((next == null ? problem : next).getMessage());
        return message.length() > MESSAGE_MAX ? message.substring(0, MESSAGE_MAX) + "..." : message;
    }

    static StoreException translate(String store, SQLException problem) {
        Reason reason = failureOf(problem) == Failure.FULL ? Reason.FULL : Reason.UNAVAILABLE;
        return new StoreException(
                reason,
                "store " + store + ": the server says: " + messageOf(problem)
                        + (reason == Reason.FULL ? "; make room on the server" : ""),
                problem);
    }

    static void execute(Connection connection, String statement) throws SQLException {
        try (Statement made = connection.createStatement()) {
            made.execute(statement);
        }
    }

    /** Returns the number in the first column of the first row, {@code otherwise} when there is none. */
    static long number(Connection connection, long otherwise, String question, Object... parameters)
            throws SQLException {
        try (PreparedStatement find = prepared(connection, question, parameters);
                ResultSet rows = find.executeQuery()) {
            if (!rows.next()) {
                return otherwise;
            }
            long number = rows.getLong(1);
            return rows.wasNull() ? otherwise : number;
        }
    }

    /** Returns the text in the first column of the first row, null when there is none. */
    static @Nullable String text(Connection connection, String question, Object... parameters) throws SQLException {
        try (PreparedStatement find = prepared(connection, question, parameters);
                ResultSet rows = find.executeQuery()) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** Returns how many rows were changed. */
    static int update(Connection connection, String statement, Object... parameters) throws SQLException {
        try (PreparedStatement made = prepared(connection, statement, parameters)) {
            return made.executeUpdate();
        }
    }

    private static PreparedStatement prepared(Connection connection, String statement, Object... parameters)
            throws SQLException {
        PreparedStatement made = connection.prepareStatement(statement);
        List<Object> all = List.of(parameters);
        for (int i = 0; i < all.size(); i++) {
            made.setObject(i + 1, all.get(i));
        }
        return made;
    }
}
