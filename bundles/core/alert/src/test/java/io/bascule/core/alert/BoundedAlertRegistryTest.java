/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry.Entry;
import io.bascule.api.channel.event.GatewayEvent;
import io.bascule.testkit.ManualClock;
import io.bascule.testkit.RecordedEvents;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedAlertRegistryTest {

    private final RecordedEvents events = new RecordedEvents();

    private BoundedAlertRegistry registry(int capacity) {
        BoundedAlertRegistry registry = new BoundedAlertRegistry(capacity, new ManualClock());
        registry.bindEventAdmin(events);
        return registry;
    }

    private static Alert alert(int number) {
        return new Alert("pid", 500, "press1/t", number, 1.5, "alert " + number);
    }

    private static List<Long> ids(BoundedAlertRegistry registry) {
        return registry.list().stream().map(Entry::id).toList();
    }

    private static BoundedAlertRegistry.Config config(int capacity) {
        return (BoundedAlertRegistry.Config) Proxy.newProxyInstance(
                BoundedAlertRegistryTest.class.getClassLoader(),
                new Class<?>[] {BoundedAlertRegistry.Config.class},
                (proxy, method, args) -> capacity);
    }

    @Test
    void anAlertIsKeptAndToldWithNumberAndGatewayTime() {
        BoundedAlertRegistry registry = registry(10);
        Entry entry = registry.raise(alert(1));
        assertEquals(new Entry(1, alert(1), ManualClock.START, null), entry);
        assertEquals(List.of(entry), registry.list());
        assertEquals(
                List.of(new GatewayEvent.AlertRaised(entry, ManualClock.START)),
                events.of(GatewayEvent.AlertRaised.class));
    }

    @Test
    void theNewestComesFirst() {
        BoundedAlertRegistry registry = registry(10);
        registry.raise(alert(1));
        registry.raise(alert(2));
        registry.raise(alert(3));
        registry.acknowledge(2, "karaf");
        assertEquals(List.of(3L, 2L, 1L), ids(registry));
    }

    @Test
    void whenFullTheOldestAcknowledgedGoesFirstThenTheOldest() {
        BoundedAlertRegistry registry = registry(3);
        registry.raise(alert(1));
        registry.raise(alert(2));
        registry.raise(alert(3));
        registry.acknowledge(3, "karaf");
        registry.acknowledge(2, "karaf");
        registry.raise(alert(4));
        assertEquals(List.of(4L, 3L, 1L), ids(registry));
        registry.raise(alert(5));
        registry.raise(alert(6));
        assertEquals(List.of(6L, 5L, 4L), ids(registry));
        assertEquals(6, registry.raisedTotal());
        assertEquals(3, registry.droppedTotal());
    }

    @Test
    void acknowledgingTwiceKeepsTheFirstPerson() {
        BoundedAlertRegistry registry = registry(10);
        registry.raise(alert(1));
        assertEquals("ann", registry.acknowledge(1, "ann").orElseThrow().acknowledgedBy());
        assertEquals("ann", registry.acknowledge(1, "bob").orElseThrow().acknowledgedBy());
        assertTrue(registry.acknowledge(2, "ann").isEmpty());
        assertThrows(IllegalArgumentException.class, () -> registry.acknowledge(1, " "));
    }

    @Test
    void aSmallerCapacityDropsAndCountsAndKeepsTheNumbering() {
        BoundedAlertRegistry registry = registry(10);
        registry.raise(alert(1));
        registry.raise(alert(2));
        registry.modified(config(1));
        assertEquals(List.of(2L), ids(registry));
        assertEquals(1, registry.droppedTotal());
        assertEquals(3, registry.raise(alert(3)).id());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 100_001, Integer.MIN_VALUE})
    void aCapacityOutOfRangeLeavesTheOneInForce(int capacity) {
        BoundedAlertRegistry registry = registry(2);
        registry.raise(alert(1));
        registry.raise(alert(2));
        registry.modified(config(capacity));
        registry.raise(alert(3));
        assertEquals(List.of(3L, 2L), ids(registry));
    }

    @Test
    void itWorksWithoutAnEventAdmin() {
        BoundedAlertRegistry registry = registry(2);
        registry.unbindEventAdmin(events);
        registry.raise(alert(1));
        assertEquals(List.of(), events.topics());
    }
}
