/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.driver.Deadline;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The last message of each topic that is subscribed: as many messages as topics, however many come. Filled by Paho's thread, read by
 * the lane.
 */
final class TopicStore {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All guarded by lock.
    private final Map<String, Arrived> last = new HashMap<>();
    private long number;
    private @Nullable String lost;

    /**
     * A message.
     *
     * @param number counts the messages of the connection, from 1
     * @param payload what it holds; empty when it was too long
     * @param isTooLong whether it was longer than allowed
     * @param isRetained whether the broker had kept it: the device said so some time ago
     * @param timeNanos when it arrived, nanoseconds since 1970
     */
    @SuppressWarnings("ArrayRecordComponent") // Told apart by their number; never compared.
    record Arrived(long number, byte[] payload, boolean isTooLong, boolean isRetained, long timeNanos) {}

    /** Begins a connection. */
    void clear() {
        lock.lock();
        try {
            last.clear();
            number = 0;
            lost = null;
        } finally {
            lock.unlock();
        }
    }

    Arrived put(String topic, byte[] payload, boolean isTooLong, boolean isRetained, long timeNanos) {
        lock.lock();
        try {
            number++;
            Arrived arrived = new Arrived(number, payload, isTooLong, isRetained, timeNanos);
            last.put(topic, arrived);
            changed.signalAll();
            return arrived;
        } finally {
            lock.unlock();
        }
    }

    /** Ends every wait: the connection is lost. */
    void lose(String reason) {
        lock.lock();
        try {
            lost = reason;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns why the connection is lost; null when it is not. */
    @Nullable
    String lostReason() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of the last message of all. */
    long number() {
        lock.lock();
        try {
            return number;
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    Arrived find(String topic) {
        lock.lock();
        try {
            return last.get(topic);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until each of {@code topics} has a message, the connection is lost or the time is over. */
    void awaitAll(Collection<String> topics, Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (lost == null && !last.keySet().containsAll(topics) && !deadline.isOver()) {
                changed.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a message of {@code topic} that came after number {@code after}; null when the time is over before. */
    @Nullable
    Arrived await(String topic, long after, Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Arrived arrived = last.get(topic);
                if (arrived != null && arrived.number() > after) {
                    return arrived;
                }
                if (lost != null || deadline.isOver()) {
                    return null;
                }
                changed.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }
}
