/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelWriter.Result;
import io.bascule.api.channel.ChannelWriter.Write;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.event.GatewayEvent;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceDescriptor.Point;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.api.security.Authorizer;
import io.bascule.api.security.Subject;
import io.bascule.testkit.Await;
import io.bascule.testkit.ManualClock;
import io.bascule.testkit.RecordedEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AuthorizedChannelWriterTest {

    private static final Subject WHO = Subject.module("pid");

    private final RecordedEvents events = new RecordedEvents();
    private final ManualClock clock = new ManualClock();
    private final InMemoryChannelRegistry registry = new InMemoryChannelRegistry(1, clock);
    private final AtomicReference<String> asked = new AtomicReference<>("");
    private final Authorizer authorizer = (subject, capability, object) -> {
        asked.set(subject + " " + capability.word() + " " + object);
        return new Authorizer.Decision(!object.startsWith("secret/"), "because of the test");
    };
    private final List<Reading> written = new ArrayList<>();

    AuthorizedChannelWriterTest() {
        registry.bindEventAdmin(events);
    }

    private DeviceSession open(String device, DeviceWriter writer) {
        List<Point> points = List.of(
                new Point(device + "/a", ValueKind.F64, Channel.Access.READ_WRITE, "", ""),
                new Point(device + "/b", ValueKind.BOOL, Channel.Access.WRITE, "", ""),
                new Point(device + "/ro", ValueKind.F64, Channel.Access.READ, "", ""));
        DeviceSession session = registry.openDevice(new DeviceDescriptor(device, "test", points), writer);
        session.connected();
        return session;
    }

    private List<Quality> take(List<Reading> values) {
        written.addAll(values);
        return values.stream().map(v -> Quality.GOOD).toList();
    }

    private static Write f64(String channel, double value) {
        return new Write(channel, new Value.F64(value));
    }

    private List<Result> write(Write... writes) {
        return new AuthorizedChannelWriter(registry, authorizer, 50).write(WHO, List.of(writes));
    }

    private static List<Quality> qualities(List<Result> results) {
        return results.stream().map(Result::quality).toList();
    }

    @Test
    void eachWriteGetsItsOwnAnswerAndOnlyGoodOnesReachTheDevice() {
        DeviceSession session = open("press", this::take);
        open("secret", this::take);
        List<Result> results = write(
                f64("press/ro", 1),
                f64("secret/a", 2),
                f64("press/none", 3),
                new Write("press/a", new Value.I64(4)),
                f64("press/a", 5),
                new Write("press/b", new Value.Bool(true)));
        assertEquals(
                List.of(
                        Quality.BAD_NOT_WRITABLE,
                        Quality.BAD_USER_ACCESS_DENIED,
                        Quality.BAD_NODE_ID_UNKNOWN,
                        Quality.BAD_TYPE_MISMATCH,
                        Quality.GOOD,
                        Quality.GOOD),
                qualities(results));
        long now = clock.millis() * 1_000_000;
        assertEquals(
                List.of(
                        new Reading(session.channel("press/a").handle(), new Value.F64(5), Quality.GOOD, now),
                        new Reading(session.channel("press/b").handle(), new Value.Bool(true), Quality.GOOD, now)),
                written);
        assertEquals("because of the test", results.get(1).message());
        assertEquals("", results.get(4).message());
        assertTrue(results.stream().filter(r -> !r.isOk()).noneMatch(r -> r.message()
                .isBlank()));
    }

    @Test
    void everyWriteIsAuditedRefusedOnesToo() {
        open("press", this::take);
        List<Result> results = write(f64("press/a", 5), f64("secret/a", 2));
        List<GatewayEvent.CommandExecuted> audit = events.of(GatewayEvent.CommandExecuted.class);
        assertEquals(
                results,
                audit.stream().map(GatewayEvent.CommandExecuted::result).toList());
        assertEquals(
                List.of(WHO, WHO),
                audit.stream().map(GatewayEvent.CommandExecuted::subject).toList());
        assertEquals("module:pid channel-write secret/a", asked.get());
    }

    @Test
    void aDeviceThatIsAwayIsNotCalled() {
        DeviceSession session = open("press", this::take);
        session.disconnected("cable pulled");
        Result away = write(f64("press/a", 1)).get(0);
        assertEquals(Quality.BAD_NOT_CONNECTED, away.quality());
        assertTrue(away.message().contains("cable pulled"), away.message());
        session.close();
        assertEquals(Quality.BAD_NOT_CONNECTED, write(f64("press/a", 1)).get(0).quality());
        assertEquals(List.of(), written);
    }

    @Test
    void aChannelThatItsDeviceHasNoMoreIsNotWritten() {
        open("press", this::take).close();
        DeviceSession session = registry.openDevice(new DeviceDescriptor("press", "test", List.of()), this::take);
        session.connected();
        assertEquals(Quality.BAD_NOT_CONNECTED, write(f64("press/a", 1)).get(0).quality());
        assertEquals(List.of(), written);
    }

    @Test
    void aDriverThatFailsOrMiscountsFailsItsOwnWritesOnly() {
        open("throws", values -> {
            throw new IllegalStateException("on purpose");
        });
        open("miscounts", values -> List.of());
        open("press", this::take);
        List<Result> results = write(f64("throws/a", 1), f64("miscounts/a", 2), f64("press/a", 3));
        assertEquals(List.of(Quality.BAD_DEVICE_FAILURE, Quality.BAD_DEVICE_FAILURE, Quality.GOOD), qualities(results));
    }

    @Test
    void oneWriterAtATimeIsAtADeviceAndAnotherWaitsOnlySoLong() throws InterruptedException {
        CountDownLatch letGo = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        open("slow", values -> {
            inside.incrementAndGet();
            try {
                letGo.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return values.stream().map(v -> Quality.GOOD).toList();
        });
        AtomicReference<List<Result>> first = new AtomicReference<>(List.of());
        Thread writer = new Thread(() -> first.set(write(f64("slow/a", 1))));
        writer.start();
        Await.until("the first writer at the device", () -> inside.get() == 1);
        Result second = write(f64("slow/a", 2)).get(0);
        assertEquals(Quality.BAD_TIMEOUT, second.quality());
        assertEquals(1, inside.get());
        letGo.countDown();
        writer.join();
        assertEquals(List.of(Quality.GOOD), qualities(first.get()));
        assertEquals(Quality.GOOD, write(f64("slow/a", 3)).get(0).quality());
    }
}
