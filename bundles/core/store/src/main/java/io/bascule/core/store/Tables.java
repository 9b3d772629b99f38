/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What a database file is for. All calls come from the file's writing thread. */
interface Tables {

    /** Returns the statements that make the tables in a new file. */
    List<String> schema();

    /** Called with every new connection: reads what it remembers in memory. The connection before is gone. */
    void opened(Connection connection) throws SQLException;

    /** What jobs did since the last call of this or the next method holds. */
    void committed();

    /** What jobs did since the last call of this or the method before did not happen. */
    void rolledBack();

    /**
     * Removes what may be removed when the disk is full.
     *
     * @param bytesMax roughly the most that can be removed at once
     * @return whether anything was
     */
    boolean makeRoom(Connection connection, long bytesMax) throws SQLException;

    /**
     * Does what is due, in small steps.
     *
     * @return whether there is more of it to do at once
     */
    boolean care(Connection connection) throws SQLException;
}
