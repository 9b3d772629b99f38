/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What is kept in a database, and what is remembered of it. Called by the writing thread only. */
interface Tables {

    /** Returns the statements that make the tables; each does nothing when its table is there. */
    List<String> schema();

    /** Reads what is to be remembered; after each connecting. */
    void opened(Connection connection) throws SQLException;

    /** Writes the rows that jobs left, before the end of a transaction. */
    void flush(Connection connection) throws SQLException;

    /** Hears that the transaction is kept. */
    void committed();

    /** Hears that the transaction is not kept. */
    void rolledBack();

    /** Housekeeping, once a second, in a transaction; returns whether more is to be done at once. */
    boolean care(Connection connection) throws SQLException;
}
