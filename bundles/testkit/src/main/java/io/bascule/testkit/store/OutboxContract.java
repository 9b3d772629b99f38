/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outbox.Message;
import io.bascule.api.store.Outboxes;
import io.bascule.api.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link Outbox} does. A test inherits it, opens outboxes, and closes them again after each test. */
public abstract class OutboxContract {

    private static final int WAIT_SECONDS = 20;

    /** Returns the outboxes under test, opened if they are not, each with the limit {@link #bytesMax()}. */
    protected abstract Outboxes outboxes() throws Exception;

    /** Closes them and opens what they left behind; returns when it has been read. */
    protected abstract Outboxes reopened() throws Exception;

    /** Returns the limit of each outbox in bytes, some hundred kilobytes. */
    protected abstract long bytesMax();

    /** Waits for an answer. */
    protected static <T> T answer(CompletableFuture<T> future) throws Exception {
        return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    /** Appends text. */
    protected static CompletableFuture<Long> append(Outbox outbox, String text) {
        return outbox.append("t/" + text.length(), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the payloads that wait. */
    protected static List<String> texts(Outbox outbox) throws StoreException {
        return texts(outbox.peek(0, 100_000, Long.MAX_VALUE));
    }

    private static List<String> texts(List<Message> messages) {
        return messages.stream()
                .map(m -> new String(m.payload(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void messagesComeInOrderAndStayUntilTheyAreAcknowledged() throws Exception {
        Outbox outbox = outboxes().open("broker");
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(append(outbox, "m" + i));
        }
        long before = 0;
        for (CompletableFuture<Long> appended : answers) {
            assertTrue(answer(appended) > before, "sequence ascends");
            before = answer(appended);
        }
        List<Message> first = outbox.peek(0, 10, Long.MAX_VALUE);
        assertEquals(List.of("m0", "m1", "m2"), texts(first).subList(0, 3));
        assertEquals(10, first.size());
        assertEquals(texts(first), texts(outbox.peek(0, 10, Long.MAX_VALUE)));
        assertEquals("m10", texts(outbox.peek(first.get(9).sequence(), 1, 1)).get(0));
        assertEquals(10, answer(outbox.acknowledge(first.get(9).sequence())));
        assertEquals(0, answer(outbox.acknowledge(first.get(9).sequence())));
        assertEquals("m10", texts(outbox).get(0));
        assertEquals(90, outbox.figures().messages());
        assertEquals(90, answer(outbox.acknowledge(Long.MAX_VALUE)));
        assertEquals(List.of(), texts(outbox));
        assertEquals(0, outbox.figures().bytes());
    }

    @Test
    void whatWaitsIsThereAfterReopeningWithTheSameIdsAndNumbersAreNotGivenTwice() throws Exception {
        Outbox outbox = outboxes().open("broker");
        answer(append(outbox, "gone"));
        long acknowledged = answer(append(outbox, "gone too"));
        answer(append(outbox, "stays"));
        answer(append(outbox, ""));
        answer(outbox.acknowledge(acknowledged));
        List<Message> waiting = outbox.peek(0, 10, 100);
        Outboxes reopened = reopened();
        assertEquals(List.of("broker"), reopened.list());
        Outbox again = reopened.open("broker");
        assertEquals(2, again.figures().messages());
        List<Message> found = again.peek(0, 10, 100);
        assertEquals(List.of("stays", ""), texts(found));
        for (int i = 0; i < 2; i++) {
            assertEquals(waiting.get(i).id(), found.get(i).id());
            assertEquals(waiting.get(i).sequence(), found.get(i).sequence());
            assertEquals(waiting.get(i).appendedNanos(), found.get(i).appendedNanos());
        }
        answer(again.acknowledge(Long.MAX_VALUE));
        Outbox third = reopened().open("broker");
        assertTrue(answer(append(third, "new")) > found.get(1).sequence(), "a number was given twice");
    }

    @Test
    void outboxesDoNotMix() throws Exception {
        Outbox one = outboxes().open("one");
        Outbox two = outboxes().open("two");
        assertSame(one, outboxes().open("one"));
        answer(append(one, "1a"));
        long last = answer(append(two, "2a"));
        answer(append(one, "1b"));
        assertEquals(1, answer(two.acknowledge(last)));
        assertEquals(List.of("1a", "1b"), texts(one));
        assertEquals(List.of(), texts(two));
        assertEquals(List.of("one", "two"), outboxes().list());
        assertThrows(IllegalArgumentException.class, () -> outboxes().open("no name"));
    }

    @Test
    void beyondItsLimitTheOldestAreDroppedAndCounted() throws Exception {
        Outbox outbox = outboxes().open("broker");
        String text = "x".repeat(1000);
        int count = (int) (bytesMax() / 1000) * 2;
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(append(outbox, i + "/" + text));
        }
        for (CompletableFuture<Long> appended : answers) {
            answer(appended);
        }
        Outbox.Figures figures = outbox.figures();
        List<String> left = texts(outbox);
        assertEquals(count, figures.dropped() + figures.messages());
        assertEquals(left.size(), figures.messages());
        assertTrue(figures.bytes() <= bytesMax(), () -> figures.toString());
        assertTrue(figures.bytes() > bytesMax() * 9 / 10, () -> "too much was dropped: " + figures);
        for (int i = 0; i < left.size(); i++) {
            long expected = figures.dropped() + i;
            assertTrue(left.get(i).startsWith(expected + "/"), "the newest stay, in order");
        }
        assertEquals(figures.dropped(), reopened().open("broker").figures().dropped());
    }

    @Test
    void peekKeepsToItsBoundsButNeverStarves() throws Exception {
        Outbox outbox = outboxes().open("broker");
        answer(append(outbox, "12345678"));
        answer(append(outbox, "1234"));
        answer(append(outbox, "123"));
        assertEquals(List.of("12345678"), texts(outbox.peek(0, 10, 1)));
        assertEquals(List.of("12345678", "1234"), texts(outbox.peek(0, 10, 12)));
        assertEquals(List.of("12345678", "1234"), texts(outbox.peek(0, 2, 1000)));
        assertThrows(IllegalArgumentException.class, () -> outbox.peek(0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> outbox.peek(0, 1, 0));
    }

    @Test
    void whatIsTooLargeIsRefusedAndCounted() throws Exception {
        Outbox outbox = outboxes().open("broker");
        CompletableFuture<Long> refused = outbox.append("t", new byte[(int) bytesMax() + 1]);
        ExecutionException failure = assertThrows(ExecutionException.class, () -> answer(refused));
        StoreException cause = assertInstanceOf(StoreException.class, failure.getCause());
        assertEquals(StoreException.Reason.TOO_LARGE, cause.reason());
        assertEquals(1, outbox.figures().refused());
        assertEquals(0, outbox.figures().messages());
    }

    @Test
    void aReaderIsWokenByTheNextMessage() throws Exception {
        Outbox outbox = outboxes().open("broker");
        assertFalse(outbox.await(0, Duration.ofMillis(1)));
        CompletableFuture<Boolean> woken = CompletableFuture.supplyAsync(() -> {
            try {
                return outbox.await(0, Duration.ofSeconds(WAIT_SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        long sequence = answer(append(outbox, "m"));
        assertTrue(answer(woken));
        assertFalse(outbox.await(sequence, Duration.ofMillis(1)));
    }

    @Test
    void topicsIdsAndPayloadsAreKept() throws Exception {
        Outbox outbox = outboxes().open("broker");
        byte[] payload = {0, 1, -1, 127, -128};
        answer(outbox.append("plant/\u00fc/x", payload));
        answer(outbox.append("", payload));
        List<Message> messages = outbox.peek(0, 10, 1000);
        assertEquals("plant/\u00fc/x", messages.get(0).topic());
        assertEquals("", messages.get(1).topic());
        assertArrayEquals(payload, messages.get(0).payload());
        assertEquals(
                2, new HashSet<>(List.of(messages.get(0).id(), messages.get(1).id())).size());
        assertTrue(
                messages.get(0).id().matches("[A-Za-z0-9-]{1,40}"),
                messages.get(0).id());
    }

    @Test
    void manyThreadsKeepTheirOwnOrder() throws Exception {
        Outbox outbox = outboxes().open("broker");
        int threads = 8;
        int each = 50;
        List<Thread> senders = new ArrayList<>();
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < threads; t++) {
            int sender = t;
            Thread thread = new Thread(() -> {
                try {
                    for (int i = 0; i < each; i++) {
                        answer(append(outbox, sender + ":" + i));
                    }
                } catch (Exception e) {
                    failures.add(e);
                }
            });
            thread.start();
            senders.add(thread);
        }
        for (Thread sender : senders) {
            sender.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
        }
        assertEquals(List.of(), failures);
        List<String> texts = texts(outbox);
        assertEquals(threads * each, texts.size());
        for (int t = 0; t < threads; t++) {
            int sender = t;
            List<String> own =
                    texts.stream().filter(s -> s.startsWith(sender + ":")).toList();
            for (int i = 0; i < each; i++) {
                assertEquals(sender + ":" + i, own.get(i));
            }
        }
    }
}
