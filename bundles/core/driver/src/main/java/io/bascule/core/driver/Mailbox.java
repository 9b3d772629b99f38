/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What waits for a lane: writes, readings that the device told by itself, and the word that the connection is lost. */
final class Mailbox {

    /** Most readings that wait; beyond it the oldest is dropped. */
    static final int READINGS_MAX = 16_384;

    /** Most writes that wait; the write path lets one through at a time. */
    static final int WRITES_MAX = 64;

    /**
     * Readings that a device tells faster than this are taken together: each batch wakes a chain of threads. Who tells one now and
     * then is not kept waiting.
     */
    static final long GATHER_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** So many readings are taken at once, however soon after those before. */
    static final int GATHER_MAX = 256;

    /** A reading that the device told by itself; without a value when it has none any more. */
    record Told(int index, @Nullable Value value, Quality quality, long timeNanos) {}

    private final long gatherNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    // All guarded by lock.
    private final ArrayDeque<Told> readings = new ArrayDeque<>();
    private final ArrayDeque<WriteTask> writes = new ArrayDeque<>();
    private @Nullable String lost;
    private boolean isWoken;
    /** Whether the lane waits for the first reading; otherwise it looks in by itself when those after the last ones are due. */
    private boolean isIdle;

    private long takenNanos;
    private long dropped;

    Mailbox() {
        this(GATHER_NANOS);
    }

    Mailbox(long gatherNanos) {
        this.gatherNanos = gatherNanos;
        this.takenNanos = System.nanoTime() - gatherNanos;
    }

    void put(Told reading) {
        lock.lock();
        try {
            if (readings.size() == READINGS_MAX) {
                readings.removeFirst();
                dropped++;
            }
            readings.addLast(reading);
            if (isIdle || readings.size() == GATHER_MAX) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a write; returns false when too many wait. */
    boolean put(WriteTask write) {
        lock.lock();
        try {
            if (writes.size() == WRITES_MAX) {
                return false;
            }
            writes.addLast(write);
            filled.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void lost(String reason) {
        lock.lock();
        try {
            lost = reason;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the wait of the lane, now or the next one. */
    void wake() {
        lock.lock();
        try {
            isWoken = true;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something is there, and readings are due or many, or {@code nanos} have gone. */
    void await(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            long gather = takenNanos + gatherNanos - System.nanoTime();
            while (gather > 0 && left > 0 && !isUrgent() && readings.size() < GATHER_MAX) {
                long before = Math.min(gather, left);
                long after = filled.awaitNanos(before);
                gather -= before - after;
                left -= before - after;
            }
            isIdle = true;
            while (left > 0 && !isUrgent() && readings.isEmpty()) {
                left = filled.awaitNanos(left);
            }
            isWoken = false;
        } finally {
            isIdle = false;
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isUrgent() {
        return isWoken || lost != null || !writes.isEmpty();
    }

    @Nullable
    WriteTask nextWrite() {
        lock.lock();
        try {
            return writes.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the readings that are there. */
    List<Told> readings() {
        lock.lock();
        try {
            if (readings.isEmpty()) {
                return List.of();
            }
            takenNanos = System.nanoTime();
            List<Told> all = new ArrayList<>(readings);
            readings.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Returns why the connection is lost, null when it is not. */
    @Nullable
    String lostReason() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    /** Empties it after a connection has ended: writes fail with {@code quality}, readings were dropped. */
    void clear(Quality quality) {
        List<WriteTask> failed;
        lock.lock();
        try {
            failed = new ArrayList<>(writes);
            writes.clear();
            dropped += readings.size();
            readings.clear();
            lost = null;
        } finally {
            lock.unlock();
        }
        for (WriteTask write : failed) {
            if (write.take()) {
                write.fail(quality);
            }
        }
    }

    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }
}
