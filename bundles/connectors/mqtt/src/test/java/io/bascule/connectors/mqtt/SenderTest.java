/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.connectors.mqtt.transport.Link;
import io.bascule.connectors.mqtt.transport.Publication;
import io.bascule.connectors.mqtt.transport.TransportException;
import io.bascule.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The window of what is on its way, with a link that answers when the test says so. */
class SenderTest {

    private static final Duration NOT_AT_ALL = Duration.ZERO;
    private static final Duration LONG = Duration.ofSeconds(5);

    private final List<String> troubles = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();
    private final Sender sender = new Sender(3, (link, reason) -> troubles.add(reason));

    private static final class FakeLink implements Link {
        private final int max;
        private final List<String> sent = new ArrayList<>();
        private final List<Completion> completions = new ArrayList<>();
        private boolean isBroken;

        FakeLink(int max) {
            this.max = max;
        }

        @Override
        public void publish(Publication publication, Completion completion) throws TransportException {
            if (isBroken) {
                throw new TransportException("broken");
            }
            sent.add(publication.topic());
            completions.add(completion);
        }

        @Override
        public void subscribe(String filter, int qos) {
            throw new AssertionError("not asked for");
        }

        @Override
        public int inFlightMax() {
            return max;
        }

        @Override
        public void disconnect(Duration atMost) {
            isBroken = true;
        }

        @Override
        public void close() {
            isBroken = true;
        }
    }

    private boolean send(String topic, int qos) throws InterruptedException {
        Publication publication = Publication.of(topic, new byte[0], qos, false, "", "");
        return sender.send(publication, isDelivered -> ended.add(topic + " " + isDelivered), NOT_AT_ALL);
    }

    @Test
    void nothingIsSentWithoutALinkNorBeyondTheWindow() throws InterruptedException {
        assertFalse(send("a", 1));
        FakeLink link = new FakeLink(10);
        assertTrue(sender.begin(link, LONG));
        assertTrue(send("a", 1) && send("b", 1) && send("c", 1));
        assertFalse(send("d", 1));
        link.completions.get(1).delivered();
        assertTrue(send("d", 1));
        assertEquals(List.of("a", "b", "c", "d"), link.sent);
        assertEquals(List.of("b true"), ended);
    }

    @Test
    void whoWaitsForTheWindowGoesOnWhenHalfOfItIsFree() throws InterruptedException {
        FakeLink link = new FakeLink(10);
        assertTrue(sender.begin(link, LONG));
        assertTrue(send("a", 1) && send("b", 1) && send("c", 1));
        AtomicBoolean isSent = new AtomicBoolean();
        Thread waiting = new Thread(() -> {
            try {
                isSent.set(sender.send(
                        Publication.of("d", new byte[0], 1, false, "", ""), Sender.NO_RECEIPT, Duration.ofMinutes(5)));
            } catch (InterruptedException e) {
                troubles.add("interrupted");
            }
        });
        waiting.start();
        Await.until("it waits", () -> waiting.getState() == Thread.State.TIMED_WAITING);
        link.completions.get(0).delivered();
        link.completions.get(1).delivered();
        waiting.join(30_000);
        assertTrue(isSent.get());
        assertEquals(List.of("a", "b", "c", "d"), link.sent);
        assertEquals(List.of(), troubles);
    }

    @Test
    void theBrokersOwnLimitHolds() throws InterruptedException {
        FakeLink link = new FakeLink(1);
        assertTrue(sender.begin(link, LONG));
        assertTrue(send("a", 1));
        assertFalse(send("b", 1));
    }

    @Test
    void whatHadNoAnswerGoesFirstOverTheNextLinkInItsOrderAndQos0IsLost() throws InterruptedException {
        FakeLink first = new FakeLink(10);
        assertTrue(sender.begin(first, LONG));
        assertTrue(send("a", 1) && send("zero", 0) && send("b", 2));
        sender.suspend();
        assertEquals(List.of("zero false"), ended);
        assertFalse(send("c", 1), "nobody is before the old ones");
        FakeLink second = new FakeLink(10);
        assertTrue(sender.begin(second, LONG));
        assertTrue(send("c", 1));
        assertEquals(List.of("a", "b", "c"), second.sent);
        // The answer of the first link comes late: it counts, once.
        first.completions.get(0).delivered();
        second.completions.get(0).delivered();
        assertEquals(List.of("zero false", "a true"), ended);
        assertEquals(new Sender.Figures(1, 1, 0, 2, 2), sender.figures());
    }

    @Test
    void aLinkThatIsOfNoUseIsReportedAndKeepsWhatItWasGiven() throws InterruptedException {
        FakeLink link = new FakeLink(10);
        assertTrue(sender.begin(link, LONG));
        link.isBroken = true;
        assertTrue(send("a", 1));
        assertEquals(List.of("broken"), troubles);
        sender.suspend();
        FakeLink next = new FakeLink(10);
        assertTrue(sender.begin(next, LONG));
        assertEquals(List.of("a"), next.sent);
        next.isBroken = true;
        sender.suspend();
        assertFalse(sender.begin(next, LONG), "the old ones did not get through");
    }

    @Test
    void aRefusalIsTheEndOfAPublicationAndCounted() throws InterruptedException {
        FakeLink link = new FakeLink(10);
        assertTrue(sender.begin(link, LONG));
        assertTrue(send("a", 1));
        link.completions.get(0).refused("reason code 135");
        assertEquals(List.of("a false"), ended);
        assertEquals(new Sender.Figures(0, 0, 1, 0, 0), sender.figures());
    }

    @Test
    void theEndGivesUpWhatIsOnItsWayAndCountsIt() throws InterruptedException {
        assertTrue(sender.begin(new FakeLink(10), LONG));
        assertTrue(send("a", 1) && send("b", 0));
        sender.end();
        assertEquals(List.of("a false", "b false"), ended);
        assertFalse(send("c", 1));
        assertFalse(sender.awaitOpen(LONG));
        assertEquals(new Sender.Figures(0, 2, 0, 0, 0), sender.figures());
    }
}
