/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.Batch;
import io.bascule.api.flow.OverflowPolicy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bounded queue before a stage: many senders, one worker. An {@code ArrayBlockingQueue} with a policy around it was the
 * first design; it cannot drop the oldest, count, end and wake in one step, so that counts were not exact when a flow
 * stopped under load. Batches and messages keep their order.
 *
 * <p>Invariant: readings offered = accepted + refused, and accepted = taken + passed + evicted + waiting.
 */
final class BatchQueue {

    /** Most items handed over in one go, so that a worker comes back to its timers. */
    private static final int TAKE_MAX = 256;

    private final int capacity;
    private final OverflowPolicy overflow;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition hasRoom = lock.newCondition();

    /** Where everything goes past this queue while the worker has nothing to do; null when its step has work of its own. */
    private @Nullable Passage passage;

    @GuardedBy("lock")
    private final ArrayDeque<Object> items = new ArrayDeque<>();

    @GuardedBy("lock")
    private boolean isWoken;

    /** The worker waits, with nothing in its hands. */
    @GuardedBy("lock")
    private boolean isIdle;

    @GuardedBy("lock")
    private boolean isEnding;

    @GuardedBy("lock")
    private boolean isClosed;

    @GuardedBy("lock")
    private int waitingSenders;

    @GuardedBy("lock")
    private long accepted;

    @GuardedBy("lock")
    private long refused;

    @GuardedBy("lock")
    private long evicted;

    @GuardedBy("lock")
    private long messagesDropped;

    BatchQueue(int capacity, OverflowPolicy overflow) {
        this.capacity = capacity;
        this.overflow = overflow;
    }

    /**
     * What was counted so far.
     *
     * @param waiting items in the queue
     * @param accepted readings let in
     * @param dropped readings refused, evicted, or thrown away at the end
     * @param messagesDropped messages that went the same way
     */
    record Counts(int waiting, long accepted, long dropped, long messagesDropped) {}

    /**
     * The way past a queue.
     *
     * @param next the queue behind the stage
     * @param sizeMax most readings of a batch that the worker would leave whole
     * @param passed counts the readings
     */
    private record Passage(BatchQueue next, int sizeMax, LongAdder passed) {}

    /**
     * Says that the worker does nothing but put what it takes into {@code next}. While it is idle and there is room, senders do that
     * themselves: waking a thread costs more than all else that happens to a batch here. Order, policy and counts are the same. Called
     * before the first batch.
     *
     * @param sizeMax most readings of a batch that the worker would leave whole
     * @param passed counts the readings that went past
     */
    void passTo(BatchQueue next, int sizeMax, LongAdder passed) {
        passage = new Passage(next, sizeMax, passed);
    }

    private static int readings(Object item) {
        return item instanceof Batch batch ? batch.size() : 0;
    }

    /**
     * Offers a batch or message under the policy; what does not get in is counted.
     *
     * @return nanoseconds that the sender was held back
     */
    long put(Object item) {
        long waited = 0;
        lock.lock();
        try {
            if (isIdle && items.isEmpty() && !isClosed && passes(item)) {
                accepted += readings(item);
                return 0;
            }
            if (items.size() >= capacity && !isClosed) {
                switch (overflow) {
                    case BLOCK -> waited = awaitRoom();
                    case DROP_OLDEST -> evictOldest();
                    case REJECT -> {}
                }
            }
            if (isClosed || items.size() >= capacity) {
                refused += readings(item);
                messagesDropped += item instanceof Message ? 1 : 0;
            } else {
                add(item);
            }
        } finally {
            lock.unlock();
        }
        return waited;
    }

    /** Lets a batch or message go past if there is a way and room; returns whether it did. */
    @GuardedBy("lock")
    private boolean passes(Object item) {
        Passage way = passage;
        if (way == null || readings(item) > way.sizeMax || !way.next.offer(item)) {
            return false;
        }
        way.passed.add(readings(item));
        return true;
    }

    /** Takes a batch or message if there is room for it now; returns whether. */
    private boolean offer(Object item) {
        lock.lock();
        try {
            if (isClosed || items.size() >= capacity) {
                return false;
            }
            add(item);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void add(Object item) {
        items.add(item);
        accepted += readings(item);
        if (items.size() == 1) {
            changed.signal();
        }
    }

    @GuardedBy("lock")
    private void evictOldest() {
        Object oldest = items.remove();
        evicted += readings(oldest);
        messagesDropped += oldest instanceof Message ? 1 : 0;
    }

    @GuardedBy("lock")
    private long awaitRoom() {
        long start = System.nanoTime();
        waitingSenders++;
        try {
            while (items.size() >= capacity && !isClosed) {
                hasRoom.await();
            }
        } catch (InterruptedException e) {
            // The sender is to stop; its batch is refused and counted if there is still no room.
            Thread.currentThread().interrupt();
        } finally {
            waitingSenders--;
        }
        return System.nanoTime() - start;
    }

    /**
     * Takes the next message, or the next batch and as many after it as fit into {@code readingsMax} readings.
     *
     * @param into gets them
     * @param untilNanos how long to wait for something, in terms of {@link System#nanoTime()}
     * @return false when nothing will ever come again
     */
    boolean take(List<Object> into, int readingsMax, long untilNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (items.isEmpty()) {
                if (isClosed || (isEnding && waitingSenders == 0)) {
                    isClosed = true;
                    return false;
                }
                long left = untilNanos - System.nanoTime();
                if (left <= 0 || isWoken) {
                    isWoken = false;
                    return true;
                }
                isIdle = true;
                try {
                    changed.awaitNanos(left);
                } finally {
                    isIdle = false;
                }
            }
            int readings = 0;
            Object next = items.peek();
            do {
                into.add(next);
                readings += readings(next);
                items.remove();
                boolean isMessage = next instanceof Message;
                next = isMessage || into.size() >= TAKE_MAX ? null : items.peek();
            } while (next instanceof Batch batch && readings + batch.size() <= readingsMax);
            if (waitingSenders > 0) {
                hasRoom.signalAll();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until somebody wakes the worker, or the end comes. */
    void awaitWake(long untilNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = untilNanos - System.nanoTime();
            while (!isWoken && !isEnding && !isClosed && left > 0) {
                left = changed.awaitNanos(left);
            }
            isWoken = false;
        } finally {
            lock.unlock();
        }
    }

    /** Makes the worker look at its stage again. */
    void wake() {
        lock.lock();
        try {
            isWoken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Says that no sender is left but those that wait for room now. */
    void end() {
        lock.lock();
        try {
            isEnding = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether {@link #end()} or {@link #close()} was called. */
    boolean isEnding() {
        lock.lock();
        try {
            return isEnding || isClosed;
        } finally {
            lock.unlock();
        }
    }

    /** Throws away what waits, counted, and lets nothing in any more. */
    void close() {
        lock.lock();
        try {
            isClosed = true;
            while (!items.isEmpty()) {
                evictOldest();
            }
            changed.signalAll();
            hasRoom.signalAll();
        } finally {
            lock.unlock();
        }
    }

    Counts counts() {
        lock.lock();
        try {
            return new Counts(items.size(), accepted, refused + evicted, messagesDropped);
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether more than half of the room is taken. */
    boolean isHalfFull() {
        lock.lock();
        try {
            return items.size() * 2 > capacity;
        } finally {
            lock.unlock();
        }
    }

    int capacity() {
        return capacity;
    }

    OverflowPolicy overflow() {
        return overflow;
    }

    /** Waits until then or until somebody wakes the worker, between two of its tries; false when the queue ends. */
    boolean pause(long untilNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = untilNanos - System.nanoTime();
            while (left > 0 && !isWoken && !isClosed && !isEnding) {
                left = changed.awaitNanos(left);
            }
            isWoken = false;
            return !isClosed && !isEnding;
        } finally {
            lock.unlock();
        }
    }
}
