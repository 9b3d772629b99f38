/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the tasks of one module one after the other on a pool that all modules share. Safe for use by any thread. */
final class SerialTasks {

    private static final Logger LOG = LoggerFactory.getLogger(SerialTasks.class);
    /** Changes of a bundle and of its configuration; more than a few waiting means that somebody is playing. */
    private static final int WAITING_MAX = 64;

    private final String label;
    private final Executor pool;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean isRunning;

    SerialTasks(String label, Executor pool) {
        this.label = label;
        this.pool = pool;
    }

    /** Queues a task; when too many wait the oldest is dropped, because the newest describes what is wanted now. */
    void submit(Runnable task) {
        synchronized (waiting) {
            if (waiting.size() >= WAITING_MAX) {
                waiting.removeFirst();
                LOG.warn("module={} changes faster than it can follow: dropped a step", label);
            }
            waiting.addLast(task);
            if (isRunning) {
                return;
            }
            isRunning = true;
        }
        go();
    }

    private void go() {
        try {
            pool.execute(this::runNext);
        } catch (RejectedExecutionException e) {
            // The extender is being stopped; it closes what runs by itself.
            LOG.debug("module={} dropped a step: the extender stops", label);
        }
    }

    private void runNext() {
        Runnable task = next();
        if (task == null) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("module={} a step failed in a way that was not foreseen", label, e);
        }
        go();
    }

    private @Nullable Runnable next() {
        synchronized (waiting) {
            Runnable task = waiting.pollFirst();
            if (task == null) {
                isRunning = false;
            }
            return task;
        }
    }
}
