/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.connectors.mqtt.transport.Incoming;
import io.bascule.connectors.mqtt.transport.Link;
import io.bascule.connectors.mqtt.transport.LinkListener;
import io.bascule.connectors.mqtt.transport.LinkSettings;
import io.bascule.connectors.mqtt.transport.Publication;
import io.bascule.connectors.mqtt.transport.Transport;
import io.bascule.connectors.mqtt.transport.TransportException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a broker that comes back by itself: one thread connects, greets, lets the {@link Sender} go, watches, and starts
 * again with a back-off that has no end. Safe for use by any thread.
 */
final class BrokerConnection implements AutoCloseable {

    /** What the client may have on its way beside the window: first and last words. */
    private static final int SPARE = 16;

    /** What alerts and replies wait in while the broker is away. */
    static final int NOTES_MAX = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(BrokerConnection.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration NOTE_WAIT = Duration.ofMillis(100);
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(6);
    private static final int DOUBLINGS_MAX = 20;
    private static final double JITTER = 0.2;

    /** Hears of connecting and of losing the connection, on the connection's thread. */
    interface Observer {
        /** The broker is there. */
        void connected();

        /** The broker is gone, or was not there at the first attempt; not called again until it was there. */
        void disconnected(String reason);
    }

    /**
     * How it is.
     *
     * @param isConnected whether the broker is there
     * @param reason why not, empty while it is
     * @param connects how often it was connected
     * @param sent what was sent
     * @param notesDropped alerts and replies that had no room
     */
    record State(boolean isConnected, String reason, long connects, Sender.Figures sent, long notesDropped) {}

    private final String name;
    private final MqttSettings settings;
    private final Transport transport;
    private final Conversation conversation;
    private final Observer observer;
    private final Sender sender;
    private final LongAdder connects = new LongAdder();
    private final LongAdder notesDropped = new LongAdder();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Deque<Publication> notes = new ArrayDeque<>();

    @GuardedBy("lock")
    private boolean isClosing;

    private volatile boolean isConnected;
    private volatile String reason = "it has not been tried yet";
    private int failures;

    BrokerConnection(MqttSettings settings, Transport transport, Conversation conversation, Observer observer) {
        this.name = settings.name();
        this.settings = settings;
        this.transport = transport;
        this.conversation = conversation;
        this.observer = observer;
        this.sender = new Sender(settings.inFlightMax(), this::broken);
        this.thread = new Thread(this::run, "bascule-mqtt-" + name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    MqttSettings settings() {
        return settings;
    }

    Sender sender() {
        return sender;
    }

    State state() {
        return new State(isConnected, isConnected ? "" : reason, connects.sum(), sender.figures(), notesDropped.sum());
    }

    /** Sends when it can, without waiting; beyond {@link #NOTES_MAX} the oldest is dropped and counted. */
    void note(Publication publication) {
        synchronized (lock) {
            if (notes.size() >= NOTES_MAX) {
                notes.removeFirst();
                notesDropped.increment();
            }
            notes.addLast(publication);
            lock.notifyAll();
        }
    }

    /** One link and what is known of its end. */
    private final class Life implements LinkListener {
        @GuardedBy("lock")
        private String end = "";

        @GuardedBy("lock")
        private @Nullable Link link;

        @Override
        public void lost(String why) {
            synchronized (lock) {
                if (end.isEmpty()) {
                    end = why.isEmpty() ? "the connection broke" : why;
                    lock.notifyAll();
                }
            }
            conversation.lost();
        }

        @Override
        public void arrived(Incoming message) {
            conversation.arrived(message);
        }

        String end() {
            synchronized (lock) {
                return end;
            }
        }

        void is(Link newLink) {
            synchronized (lock) {
                link = newLink;
            }
        }

        boolean has(Link other) {
            synchronized (lock) {
                return link == other;
            }
        }
    }

    private volatile @Nullable Life life;

    /** A sender met a link that is of no use; told by its own link's end too, but maybe later. */
    private void broken(Link link, String why) {
        Life now = life;
        if (now != null && now.has(link)) {
            now.lost(why);
        }
    }

    private void run() {
        try {
            while (!isClosing()) {
                live();
                if (!isClosing()) {
                    pause();
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("connection={} was interrupted while it closed", name);
        } finally {
            sender.end();
            ended.countDown();
        }
    }

    private boolean isClosing() {
        synchronized (lock) {
            return isClosing;
        }
    }

    /** From connecting until the end of the link. */
    private void live() throws InterruptedException {
        Life now = new Life();
        life = now;
        Link link;
        LinkSettings where = settings.link(SPARE);
        try {
            link = conversation.over(transport.connect(where, conversation.will(), now));
        } catch (TransportException e) {
            away(String.valueOf(e.getMessage()));
            return;
        }
        now.is(link);
        String hindrance = "";
        try {
            if (awaitLeave(link, now)) {
                greet(link);
                conversation.tend();
            }
            if (now.end().isEmpty() && !isClosing() && !sender.begin(link, settings.answerTimeout())) {
                now.lost("what had been sent before was not answered within "
                        + settings.answerTimeout().toMillis() + " ms");
            }
            if (now.end().isEmpty() && !isClosing()) {
                present(where);
                hindrance = serve(now);
            }
            if (now.end().isEmpty()) {
                leave(link);
            }
        } catch (TransportException e) {
            now.lost(String.valueOf(e.getMessage()));
        } finally {
            sender.suspend();
            link.close();
        }
        String closed = hindrance.isEmpty() ? "the connection was closed here" : hindrance;
        away(now.end().isEmpty() ? closed : now.end());
    }

    /** Listens, and waits until something may be said; returns false when the link or the connection ended meanwhile. */
    private boolean awaitLeave(Link link, Life now) throws TransportException, InterruptedException {
        for (String filter : conversation.filters()) {
            link.subscribe(filter, 1);
        }
        String told = "";
        Optional<String> hindrance = conversation.hindrance();
        while (hindrance.isPresent() && now.end().isEmpty() && !isClosing()) {
            if (!told.equals(hindrance.get())) {
                told = hindrance.get();
                reason = told;
                LOG.info("connection={} waits: {}", name, told);
            }
            synchronized (lock) {
                if (now.end().isEmpty() && !isClosing) {
                    TimeUnit.NANOSECONDS.timedWait(lock, NOTE_WAIT.toNanos());
                }
            }
            hindrance = conversation.hindrance();
        }
        return now.end().isEmpty() && !isClosing();
    }

    /** One after the other: a broker may take only so many at once, and readings come after what announces them. */
    private void greet(Link link) throws TransportException, InterruptedException {
        for (Publication greeting : conversation.greetings()) {
            CountDownLatch answer = new CountDownLatch(1);
            link.publish(greeting, new Answer(answer));
            if (!answer.await(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TransportException("the broker did not answer to a message on '" + greeting.topic()
                        + "' within " + settings.answerTimeout().toMillis() + " ms");
            }
        }
    }

    private void leave(Link link) throws TransportException, InterruptedException {
        sender.awaitAnswers(FAREWELL);
        sender.suspend();
        var farewells = conversation.farewells();
        CountDownLatch answers = new CountDownLatch(farewells.size());
        for (Publication farewell : farewells) {
            link.publish(farewell, new Answer(answers));
        }
        if (!answers.await(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("connection={} left without an answer to its last words", name);
        }
        link.disconnect(FAREWELL);
    }

    /** Counts down when the broker has it, or never will. */
    private record Answer(CountDownLatch latch) implements Link.Completion {
        @Override
        public void delivered() {
            latch.countDown();
        }

        @Override
        public void refused(String why) {
            LOG.warn("the broker refused a message about the gateway's state: {}", why);
            latch.countDown();
        }
    }

    /** Returns why it is to end although the link is well; empty when the link ended or this is closing. */
    private String serve(Life now) throws TransportException, InterruptedException {
        while (now.end().isEmpty() && !isClosing()) {
            Optional<String> hindrance = conversation.hindrance();
            if (hindrance.isPresent()) {
                return hindrance.get();
            }
            conversation.tend();
            Publication note = nextNote(now);
            if (note != null && !sender.send(note, Sender.NO_RECEIPT, NOTE_WAIT)) {
                synchronized (lock) {
                    notes.addFirst(note);
                }
            }
            Duration age = sender.oldestAge();
            if (age.compareTo(settings.answerTimeout()) > 0) {
                now.lost("the broker has not answered for " + age.toMillis() + " ms; expected an answer within "
                        + settings.answerTimeout().toMillis() + " ms");
            }
        }
        return "";
    }

    private @Nullable Publication nextNote(Life now) throws InterruptedException {
        synchronized (lock) {
            if (notes.isEmpty() && now.end().isEmpty() && !isClosing) {
                TimeUnit.NANOSECONDS.timedWait(lock, LOOK.toNanos());
            }
            return notes.pollFirst();
        }
    }

    private void present(LinkSettings where) {
        failures = 0;
        isConnected = true;
        connects.increment();
        LOG.info("connection={} connected to {}", name, where);
        observer.connected();
    }

    private void away(String why) {
        boolean isNews = isConnected || failures == 0;
        isConnected = false;
        reason = why;
        failures++;
        if (isClosing()) {
            LOG.info("connection={} closed", name);
        } else if (isNews) {
            LOG.warn("connection={} is away: {}. It is tried again until it is back", name, why);
        } else {
            LOG.debug("connection={} is still away: {}", name, why);
        }
        if (isNews) {
            observer.disconnected(why);
        }
    }

    private void pause() throws InterruptedException {
        long longest = settings.retryMax().toMillis();
        long wait = Math.min(longest, settings.retryMin().toMillis() << Math.min(failures - 1, DOUBLINGS_MAX));
        // Many gateways lose their broker at the same moment; they should not all be back at the same moment.
        double chance = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        long until = System.nanoTime() + (long) (TimeUnit.MILLISECONDS.toNanos(wait) * chance);
        synchronized (lock) {
            long left = until - System.nanoTime();
            while (!isClosing && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(lock, left);
                left = until - System.nanoTime();
            }
        }
    }

    /** Waits for what is on its way, says good-bye and closes, within seven seconds. */
    @Override
    public void close() {
        synchronized (lock) {
            isClosing = true;
            lock.notifyAll();
        }
        try {
            if (!ended.await(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
        sender.end();
    }
}
