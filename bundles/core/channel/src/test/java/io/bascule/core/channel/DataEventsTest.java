/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.event.GatewayEvent;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.testkit.ManualClock;
import io.bascule.testkit.RecordedEvents;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.ServiceReference;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

class DataEventsTest {

    private final RecordedEvents events = new RecordedEvents();

    /** A reference that has nothing but topics. */
    @SuppressWarnings("unchecked")
    private static ServiceReference<EventHandler> handler(Object topics) {
        return (ServiceReference<EventHandler>) Proxy.newProxyInstance(
                DataEventsTest.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "getProperty" -> EventConstants.EVENT_TOPIC.equals(args[0]) ? topics : null;
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == args[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private InMemoryChannelRegistry registry(int eventsPerSecond) {
        InMemoryChannelRegistry registry = new InMemoryChannelRegistry(eventsPerSecond, new ManualClock());
        registry.bindEventAdmin(events);
        return registry;
    }

    private static Batch publish(InMemoryChannelRegistry registry, int times) {
        DeviceSession session = registry.openDevice(
                new DeviceDescriptor(
                        "a",
                        "test",
                        List.of(new DeviceDescriptor.Point("a/x", ValueKind.F64, Channel.Access.READ, "", ""))),
                DeviceWriter.READ_ONLY);
        int handle = session.channel("a/x").handle();
        Batch batch = Batch.builder(2).add(handle, 1, 1).add(handle, 2, 2).build();
        for (int i = 0; i < times; i++) {
            session.publish(batch);
        }
        session.close();
        return batch;
    }

    private List<GatewayEvent.DataReceived> data() {
        return events.of(GatewayEvent.DataReceived.class);
    }

    @Test
    void nothingIsPostedWithoutAHandler() {
        publish(registry(1000), 10);
        assertEquals(List.of(), data());
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "io/*", "io/bascule/event/*", "io/bascule/event/DATA"})
    void aHandlerOfAnyMatchingTopicGetsDataAtTheConfiguredRateOnly(String topic) {
        InMemoryChannelRegistry registry = registry(1);
        registry.bindEventHandler(handler(new String[] {"other", topic}));
        Batch batch = publish(registry, 1000);
        // A thousand publications take far less than the second between two events.
        assertEquals(1, data().size());
        assertEquals(batch, data().get(0).batch());
        assertEquals(0, data().get(0).skipped());
    }

    @Test
    void whatNoEventCarriedIsCounted() {
        InMemoryChannelRegistry registry = registry(1);
        DeviceSession session = registry.openDevice(
                new DeviceDescriptor(
                        "b",
                        "test",
                        List.of(new DeviceDescriptor.Point("b/x", ValueKind.F64, Channel.Access.READ, "", ""))),
                DeviceWriter.READ_ONLY);
        int handle = session.channel("b/x").handle();
        Batch three = Batch.builder(3)
                .add(handle, 1, 1)
                .add(handle, 2, 2)
                .add(handle, 3, 3)
                .build();
        session.publish(three);
        session.publish(three);
        registry.bindEventHandler(handler("*"));
        session.publish(three);
        assertEquals(1, data().size());
        assertEquals(6, data().get(0).skipped());
    }

    @Test
    void handlersOfOtherTopicsAndGoneHandlersDoNotCount() {
        InMemoryChannelRegistry registry = registry(1000);
        ServiceReference<EventHandler> gone = handler("*");
        registry.bindEventHandler(handler("io/bascule/event/ALERT"));
        registry.bindEventHandler(gone);
        registry.unbindEventHandler(gone);
        publish(registry, 3);
        assertEquals(List.of(), data());
    }

    @Test
    void zeroPostsNoDataEvents() {
        InMemoryChannelRegistry registry = registry(0);
        registry.bindEventHandler(handler("*"));
        publish(registry, 3);
        assertEquals(List.of(), data());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1001, Integer.MAX_VALUE})
    void aRateOutOfRangeLeavesTheDefaultInForce(int eventsPerSecond) {
        assertEquals(1_000_000_000L, registry(eventsPerSecond).dataEventIntervalNanos());
    }
}
