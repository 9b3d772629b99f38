/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.alert;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.channel.event.GatewayEvent;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Alerts by number, in two maps, so that the one to drop is found at once however many there are. */
@Component(
        service = AlertRegistry.class,
        configurationPid = BoundedAlertRegistry.PID,
        name = "io.bascule.core.alert.registry")
@Designate(ocd = BoundedAlertRegistry.Config.class)
public final class BoundedAlertRegistry implements AlertRegistry {

    /** PID of the configuration. */
    public static final String PID = "io.bascule.alert.registry";

    /** Most alerts that can be configured to be kept: some 50 MB with the longest texts, far less in practice. */
    static final int CAPACITY_MAX = 100_000;

    private static final int CAPACITY_DEFAULT = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(BoundedAlertRegistry.class);

    /** What can be configured. */
    @ObjectClassDefinition(id = PID, name = "Bascule alerts", description = "How many alerts are kept in memory")
    @interface Config {
        /** How many alerts are kept. */
        @AttributeDefinition(
                name = "Capacity",
                description = "Most alerts kept; beyond it the oldest acknowledged one is dropped, then the oldest."
                        + " Unit: alerts",
                min = "1",
                max = "100000")
        int capacity() default CAPACITY_DEFAULT;
    }

    private final InstantSource clock;
    private final AtomicReference<@Nullable EventAdmin> events = new AtomicReference<>();

    @GuardedBy("this")
    private final NavigableMap<Long, Entry> acknowledged = new TreeMap<>();

    @GuardedBy("this")
    private final NavigableMap<Long, Entry> unacknowledged = new TreeMap<>();

    @GuardedBy("this")
    private int capacity;

    @GuardedBy("this")
    private long raised;

    @GuardedBy("this")
    private long dropped;

    /** Starts without alerts. */
    @Activate
    public BoundedAlertRegistry(Config config) {
        this(config.capacity(), InstantSource.system());
    }

    BoundedAlertRegistry(int capacity, InstantSource clock) {
        this.clock = clock;
        this.capacity = validOr(capacity, CAPACITY_DEFAULT);
    }

    /** Applies a changed capacity; alerts beyond it are dropped and counted, the others stay. */
    @Modified
    synchronized void modified(Config config) {
        capacity = validOr(config.capacity(), capacity);
        trim();
    }

    /** A wrong value must not cost the gateway its alerts: it is reported, and another one holds. */
    private static int validOr(int capacity, int otherwise) {
        if (capacity >= 1 && capacity <= CAPACITY_MAX) {
            return capacity;
        }
        LOG.error(
                "configuration {}: capacity is {}; expected 1 to {}. {} holds instead",
                PID,
                capacity,
                CAPACITY_MAX,
                otherwise);
        return otherwise;
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindEventAdmin(EventAdmin admin) {
        events.set(admin);
    }

    void unbindEventAdmin(EventAdmin admin) {
        events.compareAndSet(admin, null);
    }

    @Override
    public Entry raise(Alert alert) {
        Entry entry;
        synchronized (this) {
            raised++;
            entry = new Entry(raised, alert, clock.instant(), null);
            unacknowledged.put(entry.id(), entry);
            trim();
        }
        EventAdmin admin = events.get();
        if (admin != null) {
            GatewayEvent event = new GatewayEvent.AlertRaised(entry, entry.raisedAt());
            admin.postEvent(new Event(event.topic(), event.properties()));
        }
        return entry;
    }

    @GuardedBy("this")
    private void trim() {
        while (acknowledged.size() + unacknowledged.size() > capacity) {
            if (acknowledged.isEmpty()) {
                unacknowledged.pollFirstEntry();
            } else {
                acknowledged.pollFirstEntry();
            }
            dropped++;
        }
    }

    @Override
    public synchronized List<Entry> list() {
        return Stream.concat(acknowledged.values().stream(), unacknowledged.values().stream())
                .sorted(Comparator.comparingLong(Entry::id).reversed())
                .toList();
    }

    @Override
    public synchronized long raisedTotal() {
        return raised;
    }

    @Override
    public synchronized long droppedTotal() {
        return dropped;
    }

    @Override
    public synchronized Optional<Entry> acknowledge(long id, String by) {
        if (by.isBlank()) {
            throw new IllegalArgumentException("alert " + id + " is acknowledged by nobody; give a name");
        }
        Entry entry = unacknowledged.remove(id);
        if (entry == null) {
            return Optional.ofNullable(acknowledged.get(id));
        }
        Entry seen = new Entry(id, entry.alert(), entry.raisedAt(), by);
        acknowledged.put(id, seen);
        return Optional.of(seen);
    }
}
