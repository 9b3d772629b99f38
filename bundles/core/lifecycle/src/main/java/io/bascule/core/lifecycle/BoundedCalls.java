/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Makes calls into modules and the framework that may never return, each on a thread of its own and within its time. A call
 * that runs out of time is interrupted and given up; a thread that ignores that is lost, and only so many are given out.
 */
final class BoundedCalls implements AutoCloseable {

    private static final int THREADS_MAX = 16;
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(20);

    private final AtomicInteger count = new AtomicInteger();
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, THREADS_MAX, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), this::newThread);

    private Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "bascule-deployment-call-" + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Makes a call.
     *
     * @param what the call in words, for messages
     * @param time how long it may take
     * @param isCancelled asked now and then whether to give up
     * @throws ModuleException what the call threw, or that it was given up
     */
    <T> T call(String what, Duration time, BooleanSupplier isCancelled, Callable<T> call) throws ModuleException {
        Future<T> future;
        try {
            future = threads.submit(call);
        } catch (RejectedExecutionException e) {
            throw new ModuleException(
                    what + " was not begun: " + THREADS_MAX
                            + " calls hang already; restart the gateway to be rid of them",
                    e);
        }
        long deadline = System.nanoTime() + time.toNanos();
        while (true) {
            try {
                return future.get(LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (isCancelled.getAsBoolean()) {
                    future.cancel(true);
                    throw new ModuleException(what + " was given up: cancelled", e);
                }
                if (System.nanoTime() - deadline > 0) {
                    future.cancel(true);
                    throw new ModuleException(what + " did not end within " + time.toMillis() + " ms", e);
                }
            } catch (InterruptedException e) {
                future.cancel(true);
                Thread.currentThread().interrupt();
                throw new ModuleException(what + " was interrupted", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof ModuleException failure) {
                    throw failure;
                }
                throw new ModuleException(what + " failed: " + e.getCause(), e.getCause());
            }
        }
    }

    /** Interrupts what hangs; nothing new begins. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
