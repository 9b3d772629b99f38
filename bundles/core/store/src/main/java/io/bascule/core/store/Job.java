/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Something to write. It may run more than once, each time in a new transaction; only the last run counts. */
abstract class Job<T> {

    final CompletableFuture<T> answer = new CompletableFuture<>();

    /** Roughly how many bytes of memory it holds while it waits. */
    final int weight;

    private @Nullable T result;

    Job(int weight) {
        this.weight = weight;
    }

    /** Writes, within a transaction that others share. */
    abstract T run(Connection connection) throws SQLException;

    /** Called after what it wrote was committed; returns whether it has to run again, for the rest. */
    boolean hasMore() {
        return false;
    }

    /** Called when it will not be done. */
    void refused() {}

    final void attempt(Connection connection) throws SQLException {
        result = run(connection);
    }

    final void done() {
        answer.complete(result);
    }

    final void fail(StoreException reason) {
        refused();
        answer.completeExceptionally(reason);
    }
}
