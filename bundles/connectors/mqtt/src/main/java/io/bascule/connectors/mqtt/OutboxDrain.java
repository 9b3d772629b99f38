/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.StoreException;
import io.bascule.connectors.mqtt.transport.Publication;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties an outbox in order: one thread peeks, sends, and acknowledges up to the first message that the broker has not answered.
 * So a message leaves the outbox only when the broker has it, and after a crash those at the end come again with the same id.
 */
final class OutboxDrain implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxDrain.class);
    private static final int PEEK_MESSAGES = 512;
    private static final long PEEK_BYTES = 4L * 1024 * 1024;
    private static final Duration IDLE = Duration.ofMillis(500);
    private static final Duration BUSY = Duration.ofMillis(20);
    private static final Duration RETRY = Duration.ofMillis(500);

    /** A store that is just being opened is no news. */
    private static final int TELL_AFTER = 6;

    private static final Duration CLOSE_MAX = Duration.ofSeconds(1);

    /** Each removal is a write to the disk, so one serves many messages. */
    private static final long ACKNOWLEDGE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Beyond this much of a pause nothing is made up for. */
    private static final long CATCH_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final class Pending {
        private final long sequence;
        private boolean isOver;

        Pending(long sequence) {
            this.sequence = sequence;
        }
    }

    private final Outbox outbox;
    private final Sender sender;
    private final boolean takesDrafts;
    private final String name;
    private final long gapNanos;
    private final Thread thread;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Deque<Pending> pending = new ArrayDeque<>();

    /** All up to here are over. */
    @GuardedBy("lock")
    private long overUpTo;

    private long acknowledged;
    private long acknowledgedNanos = System.nanoTime() - ACKNOWLEDGE_NANOS;
    private long nextNanos = System.nanoTime();

    /**
     * Makes what empties an outbox.
     *
     * @param takesDrafts whether the connection makes messages of drafts
     */
    OutboxDrain(Outbox outbox, String name, Sender sender, boolean takesDrafts, int perSecond) {
        this.outbox = outbox;
        this.sender = sender;
        this.takesDrafts = takesDrafts;
        this.name = name;
        this.gapNanos = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.thread = new Thread(this::run, "bascule-" + name + "-outbox");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Outbox outbox() {
        return outbox;
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void run() {
        long after = 0;
        int failures = 0;
        try {
            while (!isStopping()) {
                acknowledge();
                if (!sender.awaitOpen(IDLE) || !outbox.await(after, hasPending() ? BUSY : IDLE)) {
                    continue;
                }
                try {
                    after = drain(after);
                    failures = 0;
                } catch (StoreException e) {
                    failures++;
                    if (failures == TELL_AFTER) {
                        LOG.warn("outbox={} cannot read its outbox; it is tried again: {}", name, e.getMessage());
                    }
                    stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("outbox={} stopped to empty its outbox", name);
        }
    }

    /** Sends what is there now; returns the last one that is on its way. */
    private long drain(long from) throws StoreException, InterruptedException {
        long after = from;
        List<Outbox.Message> messages = outbox.peek(from, PEEK_MESSAGES, PEEK_BYTES);
        for (Outbox.Message message : messages) {
            pace();
            if (isStopping() || !depart(message)) {
                return after;
            }
            after = message.sequence();
            acknowledge();
        }
        return after;
    }

    private boolean depart(Outbox.Message message) throws InterruptedException {
        Pending flight = new Pending(message.sequence());
        Optional<Publication> publication =
                StoredMessage.decode(message).filter(p -> takesDrafts || p.draftNanos() == 0);
        synchronized (lock) {
            pending.addLast(flight);
        }
        if (publication.isEmpty()) {
            LOG.error(
                    "outbox={} leaves out message {} of its outbox: it was written by another version of the gateway, or"
                            + " for Sparkplug, which the connection does not speak any more",
                    name,
                    message.id());
            over(flight);
            return true;
        }
        boolean isOnItsWay = false;
        while (!isOnItsWay && !isStopping()) {
            // Given up only when the connection ends, and then the outbox keeps it; refused means never.
            isOnItsWay = sender.send(publication.get(), isDelivered -> ended(flight, isDelivered), IDLE);
            acknowledge();
        }
        if (!isOnItsWay) {
            synchronized (lock) {
                pending.remove(flight);
            }
        }
        return isOnItsWay;
    }

    private void ended(Pending flight, boolean isDelivered) {
        if (isDelivered || !isStopping()) {
            over(flight);
        }
    }

    private void over(Pending flight) {
        synchronized (lock) {
            flight.isOver = true;
            Pending first = pending.peekFirst();
            while (first != null && first.isOver) {
                overUpTo = first.sequence;
                pending.removeFirst();
                first = pending.peekFirst();
            }
        }
    }

    private boolean hasPending() {
        synchronized (lock) {
            return !pending.isEmpty();
        }
    }

    /** Removes what is over; asked often, does it when there is news. */
    private void acknowledge() {
        long upTo;
        synchronized (lock) {
            upTo = overUpTo;
        }
        long now = System.nanoTime();
        if (upTo > acknowledged && now - acknowledgedNanos >= ACKNOWLEDGE_NANOS) {
            acknowledged = upTo;
            acknowledgedNanos = now;
            var unused = outbox.acknowledge(upTo).whenComplete((count, failure) -> {
                if (failure != null) {
                    LOG.warn(
                            "outbox={} sent messages up to {} and cannot remove them from its outbox; they may be sent"
                                    + " again after a restart: {}",
                            name,
                            upTo,
                            failure.getMessage());
                }
            });
        }
    }

    private void pace() throws InterruptedException {
        if (gapNanos == 0) {
            return;
        }
        long now = System.nanoTime();
        nextNanos = Math.max(nextNanos, now - CATCH_UP_NANOS) + gapNanos;
        long wait = nextNanos - now;
        if (wait > 0 && stopping.await(wait, TimeUnit.NANOSECONDS)) {
            LOG.debug("outbox={} stopped while its outbox waited for its rate", name);
        }
    }

    /** Stops to send; what is on its way goes on. Returns within a second. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            thread.join(CLOSE_MAX.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    /** Removes what the broker has answered since {@link #close}. */
    void finish() {
        if (!thread.isAlive()) {
            acknowledgedNanos = System.nanoTime() - ACKNOWLEDGE_NANOS;
            acknowledge();
        }
    }
}
