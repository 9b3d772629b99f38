/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.module.ModuleException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs changes: one at a time for each key, each on a thread of its own, each within its time. An operation that runs out of
 * time is interrupted and its caller told; the key stays taken until the operation has really ended, so that nothing runs into
 * its remains.
 */
final class Operations implements AutoCloseable {

    /** Changes at once; each may be waiting for a slow module, so more than the cores of a small gateway. */
    private static final int THREADS_MAX = 8;

    private final Map<String, Semaphore> turns = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, THREADS_MAX, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), this::newThread);

    private Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "bascule-lifecycle-" + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Runs {@code operation} when no other one with this key runs.
     *
     * @param key what is changed
     * @param what the same in words, for messages
     * @param turnTime how long to wait for an operation that runs
     * @param time how long the operation itself may take
     * @throws ModuleException what the operation threw, or that time has run out
     */
    <T> T run(String key, String what, Duration turnTime, Duration time, Callable<T> operation) throws ModuleException {
        Semaphore turn = turns.computeIfAbsent(key, k -> new Semaphore(1, true));
        try {
            if (!turn.tryAcquire(turnTime.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ModuleException(what + " was not begun: another operation on '" + key + "' still runs after "
                        + turnTime.toMillis() + " ms; try again when it has ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModuleException(what + " was not begun: interrupted", e);
        }
        Running<T> running = new Running<>(operation, turn);
        try {
            threads.execute(running);
        } catch (RejectedExecutionException e) {
            turn.release();
            throw new ModuleException(
                    what + " was not begun: " + THREADS_MAX + " operations run already, or the manager is stopping", e);
        }
        try {
            return running.result.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            running.interrupt();
            throw new ModuleException(
                    what + " did not end within " + time.toMillis()
                            + " ms and was interrupted; look at the module's state and the log before the next try",
                    e);
        } catch (InterruptedException e) {
            running.interrupt();
            Thread.currentThread().interrupt();
            throw new ModuleException(what + " was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ModuleException failure) {
                throw failure;
            }
            throw new ModuleException(what + " failed: " + e.getCause(), e.getCause());
        }
    }

    /** Interrupts what runs; nothing new begins. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** One operation. Gives its turn back when it has really ended, not when its caller stopped waiting. */
    private static final class Running<T> implements Runnable {
        private final Callable<T> operation;
        private final Semaphore turn;
        final CompletableFuture<T> result = new CompletableFuture<>();

        @GuardedBy("this")
        private @Nullable Thread thread;

        Running(Callable<T> operation, Semaphore turn) {
            this.operation = operation;
            this.turn = turn;
        }

        @Override
        public void run() {
            begin(Thread.currentThread());
            try {
                result.complete(operation.call());
            } catch (Exception | LinkageError | StackOverflowError e) {
                result.completeExceptionally(e);
            } finally {
                begin(null);
                turn.release();
            }
        }

        private synchronized void begin(@Nullable Thread worker) {
            thread = worker;
        }

        /** Interrupts the operation while it runs, and never what its thread does afterwards. */
        synchronized void interrupt() {
            if (thread != null) {
                thread.interrupt();
            }
        }
    }
}
