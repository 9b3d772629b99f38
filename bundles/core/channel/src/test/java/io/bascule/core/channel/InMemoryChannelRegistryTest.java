/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry.DeviceStatus;
import io.bascule.api.channel.ChannelRegistry.Subscription;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.event.GatewayEvent;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceDescriptor.Point;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.ManualClock;
import io.bascule.testkit.RecordedEvents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryChannelRegistryTest {

    private final ManualClock clock = new ManualClock();
    private final RecordedEvents events = new RecordedEvents();
    private final InMemoryChannelRegistry registry = new InMemoryChannelRegistry(1, clock);
    private final List<Batch> heard = new ArrayList<>();

    InMemoryChannelRegistryTest() {
        registry.bindEventAdmin(events);
    }

    private static Point f64(String name) {
        return new Point(name, ValueKind.F64, Channel.Access.READ, "degC", "");
    }

    private DeviceSession open(String device, Point... points) {
        return registry.openDevice(new DeviceDescriptor(device, "test", List.of(points)), DeviceWriter.READ_ONLY);
    }

    private Subscription subscribe(String... patterns) {
        return registry.subscribe(Arrays.stream(patterns).map(NamePattern::of).toList(), heard::add);
    }

    private static Reading reading(Channel channel, double value, long time) {
        return new Reading(channel.handle(), new Value.F64(value), Quality.GOOD, time);
    }

    private Quality quality(Channel channel) {
        return registry.read(channel.handle()).quality();
    }

    @Test
    void aNewChannelWaitsForItsFirstReading() {
        Channel channel = open("press1", f64("press1/t")).channel("press1/t");
        assertEquals(
                new Reading(channel.handle(), new Value.F64(0), Quality.BAD_WAITING_FOR_INITIAL_DATA, 0),
                registry.read(channel.handle()));
        assertEquals(channel, registry.find("press1/t").orElseThrow());
        assertEquals(channel, registry.find(channel.handle()).orElseThrow());
        assertThrows(IllegalArgumentException.class, () -> registry.read(channel.handle() + 1));
        assertThrows(IllegalArgumentException.class, () -> registry.read(0));
        assertThrows(IllegalArgumentException.class, () -> registry.read(-1));
    }

    @Test
    void everyKindComesBackFromTheImage() {
        List<Value> values = List.of(
                new Value.F64(-0.5),
                new Value.I64(Long.MIN_VALUE),
                new Value.Bool(true),
                new Value.Text("grün"),
                new Value.Bytes(new byte[] {1, 2}));
        Point[] points = values.stream()
                .map(v -> new Point("d/" + v.kind().word(), v.kind(), Channel.Access.READ, "", ""))
                .toArray(Point[]::new);
        DeviceSession session = open("d", points);
        for (Value value : values) {
            int handle = session.channel("d/" + value.kind().word()).handle();
            Reading reading = new Reading(handle, value, Quality.UNCERTAIN_SENSOR_NOT_ACCURATE, 42);
            assertEquals(1, session.publish(Batch.of(reading)));
            assertEquals(reading, registry.read(handle));
        }
    }

    @Test
    void aSubscriberHearsOnlyWhatMatchesAndTheBatchItselfWhenAllDoes() {
        DeviceSession session = open("a", f64("a/x"), f64("a/y"), f64("a/z"));
        Channel x = session.channel("a/x");
        Channel y = session.channel("a/y");
        Channel z = session.channel("a/z");
        subscribe("a/x", "a/z");
        Batch mixed =
                Batch.of(reading(y, 1, 1), reading(x, 2, 2), reading(y, 3, 3), reading(z, 4, 4), reading(z, 5, 5));
        Batch all = Batch.of(reading(x, 6, 6), reading(z, 7, 7));
        session.publish(mixed);
        session.publish(all);
        session.publish(Batch.of(reading(y, 8, 8)));
        assertEquals(
                List.of(reading(x, 2, 2), reading(z, 4, 4), reading(z, 5, 5)),
                heard.get(0).readings());
        assertSame(all, heard.get(1));
        assertEquals(2, heard.size());
    }

    @Test
    void channelsThatComeLaterAreHeardAndNoneAfterClose() {
        Subscription subscription = subscribe("late/**");
        DeviceSession session = open("late", f64("late/a/b"));
        assertTrue(session.hasSubscribers());
        session.publish(Batch.of(reading(session.channel("late/a/b"), 1, 1)));
        assertEquals(1, heard.size());
        subscription.close();
        subscription.close();
        session.publish(Batch.of(reading(session.channel("late/a/b"), 2, 2)));
        assertEquals(1, heard.size());
        assertFalse(session.hasSubscribers());
    }

    @Test
    void readingsOfOthersAndOfTheWrongKindAreDroppedAndCounted() {
        DeviceSession a = open("a", f64("a/x"));
        DeviceSession b = open("b", f64("b/x"));
        subscribe("**");
        Reading good = reading(a.channel("a/x"), 1, 1);
        Reading foreign = reading(b.channel("b/x"), 2, 2);
        Reading wrong = new Reading(a.channel("a/x").handle(), new Value.I64(3), Quality.GOOD, 3);
        Reading unknown = new Reading(Integer.MIN_VALUE, new Value.F64(4), Quality.GOOD, 4);
        assertEquals(1, a.publish(Batch.of(foreign, wrong, good, unknown)));
        assertEquals(List.of(good), heard.get(0).readings());
        DeviceStatus status = registry.listDevices().get(0);
        assertEquals(1, status.readings());
        assertEquals(3, status.rejected());
        assertEquals(Quality.BAD_WAITING_FOR_INITIAL_DATA, quality(b.channel("b/x")));
    }

    @Test
    void aDisconnectedDeviceShowsItsLastValueAsBadAndTellsSubscribers() {
        DeviceSession session = open("a", f64("a/x"));
        Channel x = session.channel("a/x");
        session.connected();
        session.publish(Batch.of(reading(x, 7, 70)));
        subscribe("a/*");
        session.disconnected("cable pulled");
        // The source time stays: a cached value never looks fresh.
        Reading expected = new Reading(x.handle(), new Value.F64(7), Quality.BAD_NOT_CONNECTED, 70);
        assertEquals(expected, registry.read(x.handle()));
        assertEquals(List.of(expected), heard.get(0).readings());
        assertEquals("cable pulled", registry.listDevices().get(0).reason());
        session.connected();
        assertEquals(Quality.BAD_NOT_CONNECTED, quality(x));
        session.publish(Batch.of(reading(x, 8, 80)));
        assertEquals(Quality.GOOD, quality(x));
    }

    @Test
    void connectionEventsArePostedOnlyWhenTheyAreNews() {
        DeviceSession session = open("a", f64("a/x"));
        session.disconnected("not found");
        session.disconnected("still not found");
        session.connected();
        session.connected();
        session.disconnected("gone");
        session.close();
        session.close();
        assertEquals(
                List.of(
                        GatewayEvent.DeviceDisconnected.TOPIC,
                        GatewayEvent.DeviceConnected.TOPIC,
                        GatewayEvent.DeviceDisconnected.TOPIC),
                events.topics());
        assertEquals(
                List.of("not found", "gone"),
                events.of(GatewayEvent.DeviceDisconnected.class).stream()
                        .map(GatewayEvent.DeviceDisconnected::reason)
                        .toList());
    }

    @Test
    void aChannelKeepsItsHandleWhenItsDeviceComesBack() {
        DeviceSession first = open("a", f64("a/x"));
        int handle = first.channel("a/x").handle();
        first.connected();
        first.publish(Batch.of(reading(first.channel("a/x"), 5, 50)));
        first.close();
        assertEquals(List.of(), registry.listDevices());
        assertEquals(Quality.BAD_NOT_CONNECTED, registry.read(handle).quality());
        DeviceSession second = open("a", f64("a/new"), f64("a/x"));
        assertEquals(handle, second.channel("a/x").handle());
        assertEquals(new Value.F64(5), registry.read(handle).value());
        assertThrows(IllegalStateException.class, () -> first.publish(Batch.EMPTY));
    }

    @Test
    void aChannelThatComesBackWithAnotherKindStartsAfresh() {
        DeviceSession first = open("a", f64("a/x"));
        first.publish(Batch.of(reading(first.channel("a/x"), 5, 50)));
        first.close();
        DeviceSession second = open("a", new Point("a/x", ValueKind.BOOL, Channel.Access.READ, "", ""));
        Reading now = registry.read(second.channel("a/x").handle());
        assertEquals(new Value.Bool(false), now.value());
        assertEquals(Quality.BAD_WAITING_FOR_INITIAL_DATA, now.quality());
    }

    @Test
    void namesAreNotSharedAndNothingChangesWhenOneIsTaken() {
        open("a", f64("a/x"));
        assertThrows(IllegalStateException.class, () -> open("a"));
        assertThrows(IllegalArgumentException.class, () -> open("b", f64("b/y"), f64("a/x")));
        assertThrows(IllegalArgumentException.class, () -> open("b", f64("b/y"), f64("b/y")));
        assertThrows(IllegalArgumentException.class, () -> open(Channel.VIRTUAL_DEVICE));
        assertTrue(registry.find("b/y").isEmpty());
        assertEquals(1, registry.list().size());
    }

    @Test
    void virtualChannelsAreMadeOnceAndSpokenForOnlyAsVirtual() {
        DeviceSession session = open("a", f64("a/x"));
        Channel made = registry.openVirtual("calc/mean", ValueKind.F64, "degC");
        assertEquals(made, registry.openVirtual("calc/mean", ValueKind.F64, "degC"));
        assertThrows(IllegalArgumentException.class, () -> registry.openVirtual("calc/mean", ValueKind.I64, ""));
        assertThrows(IllegalArgumentException.class, () -> registry.openVirtual("a/x", ValueKind.F64, ""));
        subscribe("**");
        Reading own = reading(made, 1, 1);
        assertEquals(
                1,
                registry.publishVirtual(Batch.of(
                        own,
                        reading(session.channel("a/x"), 2, 2),
                        new Reading(99, new Value.F64(0), Quality.GOOD, 0))));
        assertEquals(List.of(own), heard.get(0).readings());
        assertEquals(0, session.publish(Batch.of(own)));
    }

    @Test
    void theImageIsBounded() {
        Point[] points = new Point[registryRoom()];
        Arrays.setAll(points, i -> f64("big/c" + i));
        DeviceSession session = open("big", points);
        assertThrows(IllegalStateException.class, () -> registry.openVirtual("one/more", ValueKind.F64, ""));
        assertThrows(IllegalStateException.class, () -> open("more", f64("more/x")));
        // A notice for more channels than one batch holds is sent in pieces.
        subscribe("**");
        session.disconnected("all of them");
        assertEquals(points.length, heard.stream().mapToInt(Batch::size).sum());
    }

    private static int registryRoom() {
        return io.bascule.api.channel.ChannelRegistry.CHANNELS_MAX;
    }

    @Test
    void aFailingSubscriberDoesNotKeepTheNextFromItsBatch() {
        registry.subscribe(List.of(NamePattern.of("**")), batch -> {
            throw new IllegalStateException("on purpose");
        });
        subscribe("**");
        DeviceSession session = open("a", f64("a/x"));
        session.publish(Batch.of(reading(session.channel("a/x"), 1, 1)));
        assertEquals(1, heard.size());
    }

    @Test
    void aDisconnectionWithoutAReasonIsRefused() {
        DeviceSession session = open("a", f64("a/x"));
        assertThrows(IllegalArgumentException.class, () -> session.disconnected(" "));
    }
}
