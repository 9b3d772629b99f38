/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.folder;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What File Install reported and nobody has done yet; of each file the last report. Removals wait until nothing else does and
 * a little longer: who replaces {@code fir-1.0.jar} by {@code fir-1.1.jar} updates a module and must not lose it in between.
 * Safe for use by any thread.
 */
final class FolderRequests {

    /** A folder with more new files than that at once is a mistake. */
    static final int FILES_MAX = 10_000;

    /**
     * What is to be done about a file.
     *
     * @param isRemoval whether it is gone
     * @param isForced whether it is deployed even if the history has it: a person touched it
     * @param dueNanos when, by {@link System#nanoTime()}
     */
    record Request(FolderFile file, boolean isRemoval, boolean isForced, long dueNanos) {}

    private final Duration removalDelay;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Map<FolderFile, Request> waiting = new LinkedHashMap<>();

    @GuardedBy("lock")
    private int open;

    FolderRequests(Duration removalDelay) {
        this.removalDelay = removalDelay;
    }

    /** Notes a file that is there or has changed. */
    void put(FolderFile file, boolean isForced) {
        Request before = find(file);
        add(new Request(file, false, isForced || (before != null && before.isForced()), System.nanoTime()));
    }

    /** Notes a file that is gone. */
    void remove(FolderFile file) {
        add(new Request(file, true, false, System.nanoTime() + removalDelay.toNanos()));
    }

    private @Nullable Request find(FolderFile file) {
        lock.lock();
        try {
            return waiting.get(file);
        } finally {
            lock.unlock();
        }
    }

    private void add(Request request) {
        lock.lock();
        try {
            if (waiting.size() >= FILES_MAX && !waiting.containsKey(request.file())) {
                throw new IllegalStateException(request.file().path() + " is not deployed: " + FILES_MAX
                        + " files of the deploy folder wait already; touch it when they are done");
            }
            waiting.put(request.file(), request);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for what is to be done next; {@link #done()} follows. */
    Request take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Request next = next();
                long leftNanos = next == null ? Long.MAX_VALUE : next.dueNanos() - System.nanoTime();
                if (next != null && leftNanos <= 0) {
                    waiting.remove(next.file());
                    open++;
                    return next;
                }
                if (next == null) {
                    changed.await();
                } else {
                    changed.await(leftNanos, TimeUnit.NANOSECONDS);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private @Nullable Request next() {
        Request removal = null;
        for (Request each : waiting.values()) {
            if (!each.isRemoval()) {
                return each;
            }
            removal = removal == null ? each : removal;
        }
        return removal;
    }

    /** Ends what {@link #take()} returned. */
    void done() {
        lock.lock();
        try {
            open--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is left to do. */
    boolean awaitIdle(Duration time) throws InterruptedException {
        long leftNanos = time.toNanos();
        lock.lockInterruptibly();
        try {
            while (open > 0 || !waiting.isEmpty()) {
                if (leftNanos <= 0) {
                    return false;
                }
                leftNanos = changed.awaitNanos(leftNanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
