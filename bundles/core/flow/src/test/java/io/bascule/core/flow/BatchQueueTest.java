/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.OverflowPolicy;
import io.bascule.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class BatchQueueTest {

    private static Batch batch(int sender, int number) {
        return Batch.builder(1).add(sender, number, number).build();
    }

    private static long soon() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
    }

    /** Starts senders 1 to {@code senders}, each with numbered batches. */
    private static List<Thread> send(BatchQueue queue, int senders, int each) {
        List<Thread> threads = new ArrayList<>();
        for (int s = 1; s <= senders; s++) {
            int sender = s;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    queue.put(batch(sender, i));
                }
            });
            threads.add(thread);
            thread.start();
        }
        return threads;
    }

    /** The accounting must be exact under every policy, also with senders that run into the end. */
    @ParameterizedTest
    @EnumSource(OverflowPolicy.class)
    void accountsForEveryReadingUnderConcurrentSendersAndAnEndInTheMiddle(OverflowPolicy policy) throws Exception {
        BatchQueue queue = new BatchQueue(4, policy);
        int senders = 3;
        int each = 2000;
        List<Thread> threads = send(queue, senders, each);

        List<Object> items = new ArrayList<>();
        List<Batch> taken = new ArrayList<>();
        boolean hasMore = true;
        while (hasMore) {
            items.clear();
            hasMore = queue.take(items, 8, soon());
            items.forEach(item -> taken.add((Batch) item));
            if (taken.size() > each) {
                queue.end();
            }
            if (items.isEmpty() && threads.stream().noneMatch(Thread::isAlive)) {
                queue.end();
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }

        BatchQueue.Counts counts = queue.counts();
        assertEquals(0, counts.waiting());
        assertEquals((long) senders * each, taken.size() + counts.dropped());
        double[] last = new double[senders + 1];
        java.util.Arrays.fill(last, -1);
        for (Batch one : taken) {
            assertTrue(one.asDouble(0) > last[one.channel(0)], "order within a sender");
            last[one.channel(0)] = one.asDouble(0);
        }
    }

    /** A worker that only hands on, as that of a source. */
    private static Thread handOn(BatchQueue from, BatchQueue to, LongAdder handedOn) {
        Thread worker = new Thread(
                () -> {
                    try {
                        List<Object> items = new ArrayList<>();
                        while (from.take(items, 8, System.nanoTime() + TimeUnit.SECONDS.toNanos(20))) {
                            for (Object item : items) {
                                handedOn.increment();
                                to.put(item);
                            }
                            items.clear();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "worker");
        worker.start();
        return worker;
    }

    @Test
    void senderPutsIntoTheNextQueueItselfWhileTheWorkerIsIdleAndThereIsRoom() throws Exception {
        BatchQueue queue = new BatchQueue(2, OverflowPolicy.BLOCK);
        BatchQueue next = new BatchQueue(2, OverflowPolicy.BLOCK);
        LongAdder passed = new LongAdder();
        LongAdder handedOn = new LongAdder();
        queue.passTo(next, 1, passed);
        Thread worker = handOn(queue, next, handedOn);
        Await.until("the worker to be idle", () -> worker.getState() == Thread.State.TIMED_WAITING);

        queue.put(batch(1, 1));
        queue.put(new Message("topic", new byte[0]));
        assertEquals(2, next.counts().waiting());
        assertEquals(1, passed.sum());
        assertEquals(0, handedOn.sum());

        // No room: the worker takes it and waits for room, the queue fills behind it.
        queue.put(batch(1, 2));
        Await.until(
                "the worker to wait for room", () -> handedOn.sum() == 1 && worker.getState() == Thread.State.WAITING);
        queue.put(batch(1, 3));
        assertEquals(new BatchQueue.Counts(1, 3, 0, 0), queue.counts());

        queue.end();
        List<Object> items = new ArrayList<>();
        while (items.size() < 4) {
            next.take(items, 8, soon());
        }
        worker.join();
        assertEquals(1, passed.sum());
        assertEquals(2, handedOn.sum());
        assertEquals(4, items.size());
        queue.put(batch(1, 4));
        assertEquals(0, next.counts().waiting());
        assertEquals(1, queue.counts().dropped());
    }

    @Test
    void theWorkerCutsWhatIsTooLarge() throws Exception {
        BatchQueue queue = new BatchQueue(2, OverflowPolicy.BLOCK);
        BatchQueue next = new BatchQueue(2, OverflowPolicy.BLOCK);
        LongAdder passed = new LongAdder();
        queue.passTo(next, 1, passed);
        Thread worker = handOn(queue, next, new LongAdder());
        Await.until("the worker to be idle", () -> worker.getState() == Thread.State.TIMED_WAITING);
        queue.put(Batch.builder(2).add(1, 1, 1).add(1, 2, 2).build());
        Await.until("the worker to hand it on", () -> next.counts().waiting() == 1);
        assertEquals(0, passed.sum());
        queue.end();
        worker.join();
    }

    @ParameterizedTest
    @EnumSource(OverflowPolicy.class)
    void orderAndCountsAreExactWhereverABatchGoes(OverflowPolicy policy) throws Exception {
        BatchQueue queue = new BatchQueue(2, OverflowPolicy.BLOCK);
        BatchQueue next = new BatchQueue(2, policy);
        LongAdder passed = new LongAdder();
        LongAdder handedOn = new LongAdder();
        queue.passTo(next, 1, passed);
        Thread worker = handOn(queue, next, handedOn);
        int each = 20_000;
        List<Thread> senders = send(queue, 2, each);
        List<Object> items = new ArrayList<>();
        double[] last = {-1, -1, -1};
        long taken = 0;
        boolean hasMore = true;
        while (hasMore) {
            items.clear();
            hasMore = next.take(items, 8, soon());
            for (Object item : items) {
                Batch one = (Batch) item;
                assertTrue(one.asDouble(0) > last[one.channel(0)], "order within a sender");
                last[one.channel(0)] = one.asDouble(0);
                taken++;
            }
            if (senders.stream().noneMatch(Thread::isAlive)) {
                queue.end();
            }
            if (!worker.isAlive()) {
                next.end();
            }
        }
        assertEquals(2L * each, queue.counts().accepted());
        assertEquals(2L * each, passed.sum() + handedOn.sum());
        assertEquals(2L * each, taken + next.counts().dropped());
    }

    @Test
    void holdsTheSenderBackWhenFullAndBlocking() throws Exception {
        BatchQueue queue = new BatchQueue(1, OverflowPolicy.BLOCK);
        queue.put(batch(1, 1));
        Thread sender = new Thread(() -> queue.put(batch(1, 2)));
        sender.start();
        Await.until("the sender to wait", () -> sender.getState() == Thread.State.WAITING);

        List<Object> items = new ArrayList<>();
        assertTrue(queue.take(items, 1, soon()));
        sender.join();

        assertEquals(2, queue.counts().accepted());
        assertEquals(0, queue.counts().dropped());
    }

    @Test
    void letsASenderThatWaitsInBeforeItEnds() throws Exception {
        BatchQueue queue = new BatchQueue(1, OverflowPolicy.BLOCK);
        queue.put(batch(1, 1));
        Thread sender = new Thread(() -> queue.put(batch(1, 2)));
        sender.start();
        Await.until("the sender to wait", () -> sender.getState() == Thread.State.WAITING);

        queue.end();
        List<Object> items = new ArrayList<>();
        while (queue.take(items, 1, soon())) {
            assertTrue(items.size() <= 2);
        }

        assertEquals(2, items.size());
        assertEquals(0, queue.counts().dropped());
    }

    @Test
    void dropsTheOldestOrTheNewestAsThePolicySays() throws Exception {
        BatchQueue oldest = new BatchQueue(2, OverflowPolicy.DROP_OLDEST);
        BatchQueue newest = new BatchQueue(2, OverflowPolicy.REJECT);
        for (int i = 0; i < 3; i++) {
            oldest.put(batch(1, i));
            newest.put(batch(1, i));
        }

        assertEquals(List.of(batch(1, 1), batch(1, 2)), all(oldest));
        assertEquals(List.of(batch(1, 0), batch(1, 1)), all(newest));
        assertEquals(1, oldest.counts().dropped());
        assertEquals(3, oldest.counts().accepted());
        assertEquals(1, newest.counts().dropped());
        assertEquals(2, newest.counts().accepted());
    }

    private static List<Object> all(BatchQueue queue) throws InterruptedException {
        List<Object> items = new ArrayList<>();
        assertTrue(queue.take(items, 100, soon()));
        return items;
    }

    @Test
    void keepsAMessageInItsPlaceBetweenBatches() throws Exception {
        BatchQueue queue = new BatchQueue(10, OverflowPolicy.BLOCK);
        queue.put(batch(1, 1));
        queue.put(new Message("t", new byte[0]));
        queue.put(batch(1, 2));

        assertEquals(List.of(batch(1, 1)), all(queue));
        assertTrue(all(queue).get(0) instanceof Message);
        assertEquals(List.of(batch(1, 2)), all(queue));
    }

    @Test
    void refusesAndCountsWhatComesAfterTheEnd() throws Exception {
        BatchQueue queue = new BatchQueue(10, OverflowPolicy.BLOCK);
        queue.end();
        assertFalse(queue.take(new ArrayList<>(), 1, soon()));

        queue.put(batch(1, 1));

        assertEquals(1, queue.counts().dropped());
    }
}
