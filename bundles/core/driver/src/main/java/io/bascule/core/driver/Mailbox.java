/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What waits for a lane: writes, readings that the device told by itself, and the word that the connection is lost. */
final class Mailbox {

    /** Most readings that wait; beyond it the oldest is dropped. */
    static final int READINGS_MAX = 16_384;

    /** Most writes that wait; the write path lets one through at a time. */
    static final int WRITES_MAX = 64;

    /** A reading that the device told by itself; without a value when it has none any more. */
    record Told(int index, @Nullable Value value, Quality quality, long timeNanos) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    // All guarded by lock.
    private final ArrayDeque<Told> readings = new ArrayDeque<>();
    private final ArrayDeque<WriteTask> writes = new ArrayDeque<>();
    private @Nullable String lost;
    private boolean isWoken;
    private long dropped;

    void put(Told reading) {
        lock.lock();
        try {
            if (readings.size() == READINGS_MAX) {
                readings.removeFirst();
                dropped++;
            }
            readings.addLast(reading);
            filled.signal();
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

    /** Waits until something is there or {@code nanos} have gone. */
    void await(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (left > 0 && !isWoken && lost == null && readings.isEmpty() && writes.isEmpty()) {
                left = filled.awaitNanos(left);
            }
            isWoken = false;
        } finally {
            lock.unlock();
        }
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
