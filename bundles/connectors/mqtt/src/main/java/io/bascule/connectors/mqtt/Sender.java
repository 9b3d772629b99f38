/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.connectors.mqtt.transport.Link;
import io.bascule.connectors.mqtt.transport.Publication;
import io.bascule.connectors.mqtt.transport.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is on its way to the broker: a window of publications that have not been answered. Who sends waits while the window is full
 * or the broker away. What had no answer when a link broke is sent again over the next one, before anything else and in
 * the order in which it was sent first; QoS 0 has no answer and is lost. Safe for use by any thread.
 */
final class Sender {

    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

    /** Hears what became of a publication; called once, on any thread, and must return at once. */
    @FunctionalInterface
    interface Receipt {
        /**
         * The publication is over.
         *
         * @param isDelivered whether the broker has it; for QoS 0, the network
         */
        void ended(boolean isDelivered);
    }

    /** Nobody wants to know. */
    static final Receipt NO_RECEIPT = isDelivered -> {};

    /**
     * How it is going.
     *
     * @param delivered publications answered
     * @param lost publications given up: QoS 0 with a link that broke, or open when the connection ended
     * @param refused publications that the broker refused
     * @param flying publications without an answer
     * @param repeated publications sent again
     */
    record Figures(long delivered, long lost, long refused, int flying, long repeated) {}

    /** A publication on its way; fields are guarded by the sender's lock. */
    private static final class Flight {
        private final long number;
        private final Publication publication;
        private final Receipt receipt;
        private long epoch;
        private long sentNanos;

        Flight(long number, Publication publication, Receipt receipt) {
            this.number = number;
            this.publication = publication;
            this.receipt = receipt;
        }
    }

    /** What to do with a link that is of no use any more. */
    @FunctionalInterface
    interface Trouble {
        /** Called on the thread that met it. */
        void met(Link link, String reason);
    }

    private final int window;
    private final Trouble trouble;
    private final LongAdder delivered = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final TreeMap<Long, Flight> flying = new TreeMap<>();

    /** Null while nobody may send: no link, or one over which the old flights go first. */
    @GuardedBy("lock")
    private @Nullable Link open;

    @GuardedBy("lock")
    private long epoch;

    /** Of this epoch without an answer. */
    @GuardedBy("lock")
    private int outstanding;

    @GuardedBy("lock")
    private long numberLast;

    @GuardedBy("lock")
    private boolean isEnded;

    Sender(int window, Trouble trouble) {
        this.window = window;
        this.trouble = trouble;
    }

    /**
     * Sends when the window has room.
     *
     * @return false when that did not come about in time, and then nothing was sent
     */
    boolean send(Publication publication, Receipt receipt, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        Flight flight;
        Link link;
        synchronized (lock) {
            while (open == null || outstanding >= limit(open) || flying.size() >= window) {
                long left = until - System.nanoTime();
                if (isEnded || left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
            link = open;
            flight = new Flight(++numberLast, publication, receipt);
            flying.put(flight.number, flight);
            depart(flight);
        }
        hand(link, flight);
        return true;
    }

    /** Waits until somebody may send; returns whether. */
    boolean awaitOpen(Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        synchronized (lock) {
            while (open == null && !isEnded) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
            return !isEnded;
        }
    }

    /**
     * Sends over {@code link} from now on, what had no answer first. Returns when all of that is on its way.
     *
     * @return false when the link broke meanwhile, or there was no answer in time
     */
    boolean begin(Link link, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        List<Flight> old;
        synchronized (lock) {
            epoch++;
            outstanding = 0;
            old = new ArrayList<>(flying.values());
        }
        for (Flight flight : old) {
            synchronized (lock) {
                while (outstanding >= limit(link)) {
                    long left = until - System.nanoTime();
                    if (isEnded || left <= 0) {
                        return false;
                    }
                    TimeUnit.NANOSECONDS.timedWait(lock, left);
                }
                if (!flying.containsKey(flight.number)) {
                    continue;
                }
                depart(flight);
            }
            repeated.increment();
            if (!hand(link, flight)) {
                return false;
            }
        }
        synchronized (lock) {
            open = link;
            lock.notifyAll();
        }
        return true;
    }

    private int limit(Link link) {
        return Math.min(window, link.inFlightMax());
    }

    @GuardedBy("lock")
    private void depart(Flight flight) {
        flight.epoch = epoch;
        flight.sentNanos = System.nanoTime();
        outstanding++;
    }

    /** Outside of the lock: the client has locks of its own. */
    private boolean hand(Link link, Flight flight) {
        try {
            link.publish(flight.publication, new Link.Completion() {
                @Override
                public void delivered() {
                    if (end(flight)) {
                        delivered.increment();
                        flight.receipt.ended(true);
                    }
                }

                @Override
                public void refused(String reason) {
                    if (end(flight)) {
                        if (refused.sum() == 0) {
                            LOG.warn(
                                    "the broker refuses a message on topic {}: {}; further ones are counted",
                                    flight.publication.topic(),
                                    reason);
                        }
                        refused.increment();
                        flight.receipt.ended(false);
                    }
                }
            });
            return true;
        } catch (TransportException e) {
            trouble.met(link, String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** Returns whether the flight had been going until now. */
    private boolean end(Flight flight) {
        synchronized (lock) {
            if (flying.remove(flight.number) == null) {
                return false;
            }
            if (flight.epoch == epoch) {
                outstanding--;
            }
            // Who waits for the window is woken for half a window, not for each answer.
            if (open == null || Math.max(outstanding, flying.size()) <= limit(open) / 2) {
                lock.notifyAll();
            }
            return true;
        }
    }

    /** Sends nothing more until the next {@link #begin}: the link broke. */
    void suspend() {
        List<Flight> gone = new ArrayList<>();
        synchronized (lock) {
            open = null;
            // Answers that come late count for nothing in the window of the next link.
            epoch++;
            outstanding = 0;
            flying.values().removeIf(flight -> flight.publication.qos() == 0 && gone.add(flight));
            lock.notifyAll();
        }
        giveUp(gone);
    }

    /** Waits for answers; returns whether all came. */
    boolean awaitAnswers(Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        synchronized (lock) {
            while (!flying.isEmpty() && open != null) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
            return flying.isEmpty();
        }
    }

    /** Gives up what is on its way and sends nothing ever again. */
    void end() {
        List<Flight> gone;
        synchronized (lock) {
            isEnded = true;
            open = null;
            gone = new ArrayList<>(flying.values());
            flying.clear();
            lock.notifyAll();
        }
        giveUp(gone);
    }

    private void giveUp(List<Flight> flights) {
        for (Flight flight : flights) {
            lost.increment();
            flight.receipt.ended(false);
        }
    }

    /** Returns how long the oldest publication has been without an answer over the present link, 0 for none. */
    Duration oldestAge() {
        synchronized (lock) {
            if (open == null) {
                return Duration.ZERO;
            }
            long now = System.nanoTime();
            return Duration.ofNanos(flying.values().stream()
                    .mapToLong(flight -> now - flight.sentNanos)
                    .max()
                    .orElse(0));
        }
    }

    Figures figures() {
        synchronized (lock) {
            return new Figures(delivered.sum(), lost.sum(), refused.sum(), flying.size(), repeated.sum());
        }
    }
}
