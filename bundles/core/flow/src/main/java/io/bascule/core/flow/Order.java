/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.module.ModuleException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Something that a stage's worker is to do at its next boundary. */
final class Order {

    /** What is to be done. */
    @FunctionalInterface
    interface Work {
        /** Does it, on the worker. */
        void at(Exchange exchange) throws ModuleException;
    }

    private final Work work;
    private final Runnable inVain;
    private final AtomicBoolean isTaken = new AtomicBoolean();

    /** True when it was carried out, false when the stage ended before. */
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    Order(Work work) {
        this(work, () -> {});
    }

    /** An order with what is to be done instead when the stage ends before. */
    Order(Work work, Runnable inVain) {
        this.work = work;
        this.inVain = inVain;
    }

    CompletableFuture<Boolean> done() {
        return done;
    }

    /** Calls it off; false when the worker has begun. */
    boolean cancel() {
        return isTaken.compareAndSet(false, true);
    }

    void carryOut(Exchange exchange) {
        if (!isTaken.compareAndSet(false, true)) {
            return;
        }
        try {
            work.at(exchange);
            done.complete(true);
        } catch (ModuleException | RuntimeException | LinkageError | StackOverflowError e) {
            done.completeExceptionally(e);
        }
    }

    void stageEnded() {
        if (cancel()) {
            inVain.run();
            done.complete(false);
        }
    }
}
