/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.WasmException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that compiles, with a bounded queue before it. Parsing and compiling cannot be interrupted: a job that runs out
 * of time is abandoned with its thread, its module quarantined and a new thread started, a limited number of times. Safe for
 * use by any thread.
 */
final class CompileQueue implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CompileQueue.class);
    private static final int QUARANTINE_MAX = 256;
    private static final long STACK_BYTES = 4L * 1024 * 1024;
    private static final long IDLE_MILLIS = 10_000;
    private static final long CLOSE_MILLIS_MAX = 1000;

    private final EngineConfig config;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ArrayDeque<Job<?>> waiting = new ArrayDeque<>();

    @GuardedBy("lock")
    private final Map<String, Boolean> quarantine = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > QUARANTINE_MAX;
        }
    };

    @GuardedBy("lock")
    private @Nullable Thread worker;

    @GuardedBy("lock")
    private int threads;

    @GuardedBy("lock")
    private int stuck;

    @GuardedBy("lock")
    private boolean isClosed;

    /** One compilation. */
    private static final class Job<T> extends FutureTask<T> {
        private final String digest;
        private boolean isStarted;
        private boolean isAbandoned;
        private boolean isEnded;

        Job(String digest, Callable<T> work) {
            super(work);
            this.digest = digest;
        }
    }

    CompileQueue(EngineConfig config) {
        this.config = config;
    }

    int stuck() {
        synchronized (lock) {
            return stuck;
        }
    }

    /** Runs {@code work} without waiting for it, if there is room. */
    void offer(String digest, Callable<?> work) {
        synchronized (lock) {
            if (!isClosed && waiting.size() < config.compileQueueSize()) {
                enqueue(new Job<>(digest, work));
            }
        }
    }

    /**
     * Runs {@code work} and waits for its result.
     *
     * @throws WasmException what {@code work} threw, or why it was not done
     */
    <T> T run(String digest, Callable<T> work) throws WasmException {
        Job<T> job = new Job<>(digest, work);
        submit(job);
        try {
            return job.get(config.compileTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw Failures.ofCompilation(e.getCause() == null ? e : e.getCause(), digest);
        } catch (TimeoutException e) {
            throw abandon(job, e);
        } catch (CancellationException e) {
            throw new WasmException.Closed("the engine was closed before module " + digest + " was compiled");
        } catch (InterruptedException e) {
            giveUp(job);
            Thread.currentThread().interrupt();
            throw new WasmException.CompileFailed("interrupted while waiting for module " + digest, true, e);
        }
    }

    private void submit(Job<?> job) throws WasmException {
        synchronized (lock) {
            if (isClosed) {
                throw new WasmException.Closed("the engine is closed");
            }
            if (quarantine.containsKey(job.digest)) {
                throw new WasmException.CompileFailed(
                        "module " + job.digest + " is quarantined: it did not compile within " + config.compileTimeout()
                                + " before",
                        false,
                        null);
            }
            if (stuck >= config.compilesStuckMax()) {
                throw new WasmException.CompileFailed(
                        "module " + job.digest + " not compiled: " + stuck
                                + " compilations are stuck, which is as many as allowed; restart the gateway",
                        true,
                        null);
            }
            if (waiting.size() >= config.compileQueueSize()) {
                throw new WasmException.CompileFailed(
                        "module " + job.digest + " not compiled: " + waiting.size()
                                + " modules are waiting already; try again later",
                        true,
                        null);
            }
            enqueue(job);
        }
    }

    @GuardedBy("lock")
    private void enqueue(Job<?> job) {
        waiting.add(job);
        if (worker == null) {
            threads++;
            worker = new Thread(null, this::work, "wasm-engine-compiler-" + threads, STACK_BYTES);
            worker.setDaemon(true);
            worker.start();
        }
        lock.notifyAll();
    }

    private void giveUp(Job<?> job) {
        synchronized (lock) {
            waiting.remove(job);
        }
    }

    private WasmException abandon(Job<?> job, TimeoutException cause) {
        synchronized (lock) {
            if (!job.isStarted || job.isEnded) {
                waiting.remove(job);
                return new WasmException.CompileFailed(
                        "module " + job.digest + " waited " + config.compileTimeout()
                                + " for the compiler; try again later",
                        true,
                        cause);
            }
            job.isAbandoned = true;
            stuck++;
            quarantine.put(job.digest, true);
            worker = null;
            if (!waiting.isEmpty()) {
                enqueue(waiting.removeLast());
            }
        }
        LOG.warn(
                "Compilation did not end in time; its thread is abandoned: module={} limit={}",
                job.digest,
                config.compileTimeout());
        return new WasmException.CompileFailed(
                "module " + job.digest + " did not compile within " + config.compileTimeout() + " and is quarantined",
                false,
                cause);
    }

    private void work() {
        while (true) {
            Job<?> job = next();
            if (job == null) {
                return;
            }
            job.run();
            synchronized (lock) {
                job.isEnded = true;
                if (job.isAbandoned) {
                    stuck--;
                    return;
                }
            }
        }
    }

    /** Returns the next job; null when there is none for a while, and this thread has resigned. */
    private @Nullable Job<?> next() {
        synchronized (lock) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
            while (waiting.isEmpty() && !isClosed) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    break;
                }
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    // Only the warm-up runs a guest here, and only its deadline interrupts; the wait goes on.
                    LOG.debug("Interrupt of the compiler thread ignored", e);
                }
            }
            Job<?> job = isClosed ? null : waiting.poll();
            if (job == null) {
                worker = null;
            } else {
                job.isStarted = true;
            }
            return job;
        }
    }

    @Override
    public void close() {
        Thread last;
        synchronized (lock) {
            isClosed = true;
            last = worker;
            waiting.forEach(job -> job.cancel(false));
            waiting.clear();
            lock.notifyAll();
        }
        if (last != null) {
            try {
                last.join(CLOSE_MILLIS_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
