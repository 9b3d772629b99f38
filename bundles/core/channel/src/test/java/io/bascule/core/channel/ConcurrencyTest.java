/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry.Subscription;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.Await;
import io.bascule.testkit.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {

    private static final int PUBLICATIONS = 20_000;

    private final InMemoryChannelRegistry registry = new InMemoryChannelRegistry(1, new ManualClock());

    private DeviceSession open() {
        return registry.openDevice(
                new DeviceDescriptor(
                        "a",
                        "test",
                        List.of(new DeviceDescriptor.Point("a/x", ValueKind.I64, Channel.Access.READ, "", ""))),
                DeviceWriter.READ_ONLY);
    }

    private static Batch batch(int handle, long value) {
        return Batch.of(new Reading(handle, new Value.I64(value), io.bascule.api.channel.Quality.GOOD, value));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aReaderNeverSeesTheValueOfOneReadingWithTheTimeOfAnother() throws InterruptedException {
        DeviceSession session = open();
        int handle = session.channel("a/x").handle();
        AtomicBoolean isDone = new AtomicBoolean();
        AtomicInteger torn = new AtomicInteger();
        Thread reader = new Thread(() -> {
            while (!isDone.get()) {
                Reading seen = registry.read(handle);
                if (((Value.I64) seen.value()).value() != seen.timeNanos()) {
                    torn.incrementAndGet();
                }
            }
        });
        reader.start();
        for (long i = 1; i <= PUBLICATIONS; i++) {
            session.publish(batch(handle, i));
        }
        isDone.set(true);
        reader.join();
        assertEquals(0, torn.get());
    }

    @Test
    void aDisconnectionWhileASubscriberHoldsThePublisherComesAfterItsBatchAndDoesNotWait() throws InterruptedException {
        DeviceSession session = open();
        int handle = session.channel("a/x").handle();
        session.connected();
        CountDownLatch letGo = new CountDownLatch(1);
        List<Boolean> heardGood = new CopyOnWriteArrayList<>();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger insideMax = new AtomicInteger();
        registry.subscribe(List.of(NamePattern.of("**")), b -> {
            insideMax.accumulateAndGet(inside.incrementAndGet(), Math::max);
            if (b.isGood(0)) {
                await(letGo);
            }
            heardGood.add(b.isGood(0));
            inside.decrementAndGet();
        });
        Thread publisher = new Thread(() -> session.publish(batch(handle, 1)));
        publisher.start();
        Await.until("the publisher in the subscriber", () -> inside.get() == 1);
        session.disconnected("on purpose");
        assertEquals(List.of(), heardGood);
        letGo.countDown();
        publisher.join();
        assertEquals(List.of(true, false), heardGood);
        assertEquals(1, insideMax.get());
    }

    @Test
    void aSubscriberMayPublishAndDisconnectTheSameDeviceWithoutADeadlock() {
        DeviceSession session = open();
        int handle = session.channel("a/x").handle();
        session.connected();
        List<Long> heard = new ArrayList<>();
        registry.subscribe(List.of(NamePattern.of("**")), b -> {
            heard.add(b.valueBits(0));
            if (heard.size() == 1) {
                session.publish(batch(handle, 2));
                session.disconnected("on purpose");
            }
        });
        session.publish(batch(handle, 1));
        assertEquals(List.of(1L, 2L, 2L), heard);
    }

    @Test
    void noCallStartsAfterCloseHasReturned() throws InterruptedException {
        DeviceSession session = open();
        int handle = session.channel("a/x").handle();
        AtomicBoolean isClosed = new AtomicBoolean();
        AtomicInteger late = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        Subscription subscription = registry.subscribe(List.of(NamePattern.of("**")), b -> {
            calls.incrementAndGet();
            late.addAndGet(isClosed.get() ? 1 : 0);
        });
        Thread publisher = new Thread(() -> {
            for (long i = 1; i <= PUBLICATIONS; i++) {
                session.publish(batch(handle, i));
            }
        });
        publisher.start();
        Await.until("calls", () -> calls.get() > 0);
        subscription.close();
        isClosed.set(true);
        publisher.join();
        assertEquals(0, late.get());
        assertTrue(calls.get() <= PUBLICATIONS);
    }

    @Test
    void closingASubscriptionFromItsOwnCallReturnsAtOnce() {
        DeviceSession session = open();
        List<Subscription> own = new ArrayList<>();
        own.add(registry.subscribe(
                List.of(NamePattern.of("**")), b -> own.get(0).close()));
        long before = System.nanoTime();
        session.publish(batch(session.channel("a/x").handle(), 1));
        assertTrue(System.nanoTime() - before < ChannelSubscription.CLOSE_WAIT_NANOS);
    }

    @Test
    void anInterruptedPublisherThatWaitsForItsTurnAcceptsNothing() throws InterruptedException {
        DeviceSession session = open();
        int handle = session.channel("a/x").handle();
        CountDownLatch letGo = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        registry.subscribe(List.of(NamePattern.of("**")), b -> {
            inside.incrementAndGet();
            await(letGo);
        });
        Thread holder = new Thread(() -> session.disconnected("on purpose"));
        holder.start();
        Await.until("the notice in the subscriber", () -> inside.get() == 1);
        AtomicInteger accepted = new AtomicInteger(-1);
        Thread publisher = new Thread(() -> accepted.set(session.publish(batch(handle, 1))));
        publisher.start();
        Await.until("the publisher to wait", () -> publisher.getState() == Thread.State.WAITING);
        publisher.interrupt();
        publisher.join();
        assertEquals(0, accepted.get());
        letGo.countDown();
        holder.join();
    }
}
