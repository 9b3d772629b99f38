/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.api.security.NamePattern;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventHandler;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the process image in memory. Everything but its configuration and the events is independent of other services, so
 * that channels keep their handles while services come and go.
 */
@Component(
        service = {ChannelRegistry.class, InMemoryChannelRegistry.class},
        configurationPid = InMemoryChannelRegistry.PID,
        name = "io.bascule.core.channel.registry")
@Designate(ocd = InMemoryChannelRegistry.Config.class)
public final class InMemoryChannelRegistry implements ChannelRegistry {

    /** PID of the configuration. */
    public static final String PID = "io.bascule.channel.registry";

    /** Interval that means that no data events are posted at all. */
    static final long NO_DATA_EVENTS = Long.MAX_VALUE;

    private static final int DATA_EVENTS_PER_SECOND_MAX = 1000;

    /** What can be configured. */
    @ObjectClassDefinition(
            id = PID,
            name = "Bascule channel registry",
            description = "The process image and the events that tell of it")
    @interface Config {
        /** Most DATA events for each device and second. */
        @AttributeDefinition(
                name = "Data events per second",
                description = "Most DATA events for each device and second; 0 posts none. Unit: events per second",
                min = "0",
                max = "1000")
        int dataEventsPerSecond() default 1;
    }

    private static final Logger LOG = LoggerFactory.getLogger(InMemoryChannelRegistry.class);

    private final InstantSource clock;
    private final EventPoster events = new EventPoster();
    private final ProcessImage image = new ProcessImage();
    private final VirtualChannels virtual = new VirtualChannels(image);
    private final Map<String, Channel> byName = new ConcurrentHashMap<>();
    private final Map<String, OpenDevice> open = new ConcurrentSkipListMap<>();

    /** Taken while channels, sessions or subscriptions come and go; never while readings are published or read. */
    private final Object registering = new Object();

    /** Channels by handle. Grows by doubling; an element is set once before the array is published again. */
    private volatile @Nullable Channel[] byHandle = new Channel[64];

    @GuardedBy("registering")
    private int handleLast;

    private volatile ChannelSubscription[] subscriptions = new ChannelSubscription[0];
    private volatile long dataEventIntervalNanos;

    /** Starts with an empty process image. */
    @Activate
    public InMemoryChannelRegistry(Config config) {
        this(config.dataEventsPerSecond(), InstantSource.system());
    }

    InMemoryChannelRegistry(int dataEventsPerSecond, InstantSource clock) {
        this.clock = clock;
        this.dataEventIntervalNanos = interval(dataEventsPerSecond, TimeUnit.SECONDS.toNanos(1));
    }

    /** Applies a changed configuration; the process image stays. */
    @Modified
    void modified(Config config) {
        dataEventIntervalNanos = interval(config.dataEventsPerSecond(), dataEventIntervalNanos);
    }

    /** A wrong value must not cost the gateway its process image: it is reported, and another interval holds. */
    private static long interval(int eventsPerSecond, long otherwise) {
        if (eventsPerSecond < 0 || eventsPerSecond > DATA_EVENTS_PER_SECOND_MAX) {
            LOG.error(
                    "configuration {}: dataEventsPerSecond is {}; expected 0 (none) to {}. What held before still holds",
                    PID,
                    eventsPerSecond,
                    DATA_EVENTS_PER_SECOND_MAX);
            return otherwise;
        }
        return eventsPerSecond == 0 ? NO_DATA_EVENTS : TimeUnit.SECONDS.toNanos(1) / eventsPerSecond;
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindEventAdmin(EventAdmin admin) {
        events.setAdmin(admin);
    }

    void unbindEventAdmin(EventAdmin admin) {
        events.unsetAdmin(admin);
    }

    /** Sees handlers come without getting hold of them: only their topics matter. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindEventHandler(ServiceReference<EventHandler> handler) {
        events.handlerCame(handler);
    }

    void updatedEventHandler(ServiceReference<EventHandler> handler) {
        events.handlerCame(handler);
    }

    void unbindEventHandler(ServiceReference<EventHandler> handler) {
        events.handlerWent(handler);
    }

    EventPoster events() {
        return events;
    }

    ProcessImage image() {
        return image;
    }

    Instant now() {
        return clock.instant();
    }

    long nowMillis() {
        return clock.millis();
    }

    long dataEventIntervalNanos() {
        return dataEventIntervalNanos;
    }

    /** Finds the open session of a device. */
    @Nullable
    OpenDevice openDevice(String name) {
        return open.get(name);
    }

    @Override
    public Optional<Channel> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public Optional<Channel> find(int handle) {
        Channel[] all = byHandle;
        return handle < 1 || handle >= all.length ? Optional.empty() : Optional.ofNullable(all[handle]);
    }

    @Override
    public List<Channel> list() {
        return byName.values().stream()
                .sorted(Comparator.comparing(Channel::name))
                .toList();
    }

    @Override
    public Reading read(int handle) {
        return image.read(handle);
    }

    @Override
    public Channel openVirtual(String name, ValueKind kind, String unit) {
        synchronized (registering) {
            Channel known = byName.get(name);
            if (known != null) {
                if (!known.device().equals(Channel.VIRTUAL_DEVICE) || known.kind() != kind) {
                    throw new IllegalArgumentException("channel '" + name + "' of type " + kind.word()
                            + " cannot be made: the name is taken by a channel of device '" + known.device()
                            + "' of type " + known.kind().word() + "; choose another name");
                }
                return known;
            }
            requireRoom(1, "channel '" + name + "'");
            DeviceDescriptor.Point point = new DeviceDescriptor.Point(name, kind, Channel.Access.READ, unit, "");
            Channel made = put(point, Channel.VIRTUAL_DEVICE);
            virtual.add(made);
            include(List.of(made));
            return made;
        }
    }

    @Override
    public int publishVirtual(Batch batch) {
        Batch accepted = virtual.enter(batch);
        fanOut(accepted);
        return accepted.size();
    }

    @Override
    public DeviceSession openDevice(DeviceDescriptor descriptor, DeviceWriter writer) {
        String device = descriptor.name();
        synchronized (registering) {
            if (device.equals(Channel.VIRTUAL_DEVICE)) {
                throw new IllegalArgumentException("a device cannot be called '" + device
                        + "': that is the name of channels without a device; choose another name");
            }
            if (open.containsKey(device)) {
                throw new IllegalStateException("device '" + device
                        + "' already has an open session; two drivers are configured for one device name, change one");
            }
            long added = check(descriptor);
            requireRoom(added, "device '" + device + "' with " + added + " new channels");
            Map<String, Channel> own = new LinkedHashMap<>();
            for (DeviceDescriptor.Point point : descriptor.points()) {
                own.put(point.channel(), put(point, device));
            }
            include(own.values());
            OpenDevice opened = new OpenDevice(this, descriptor, writer, own);
            open.put(device, opened);
            return opened;
        }
    }

    /** Checks all names before anything is changed; returns how many channels are new. */
    @GuardedBy("registering")
    private long check(DeviceDescriptor descriptor) {
        List<String> names = descriptor.points().stream()
                .map(DeviceDescriptor.Point::channel)
                .toList();
        if (names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("device '" + descriptor.name() + "' names a channel twice in " + names);
        }
        for (String name : names) {
            Channel known = byName.get(name);
            if (known != null
                    && !known.device().equals(descriptor.name())
                    && (known.device().equals(Channel.VIRTUAL_DEVICE) || open.containsKey(known.device()))) {
                throw new IllegalArgumentException("channel '" + name + "' of device '" + descriptor.name()
                        + "' already belongs to device '" + known.device() + "'; rename one of them");
            }
        }
        return names.stream().filter(n -> !byName.containsKey(n)).count();
    }

    @GuardedBy("registering")
    private void requireRoom(long added, String what) {
        if (handleLast + added > CHANNELS_MAX) {
            throw new IllegalStateException(what + " cannot be added: the gateway has " + handleLast
                    + " channels and holds at most " + CHANNELS_MAX + "; handles are freed by a restart");
        }
    }

    /** Makes a channel, or gives a known one its new description; the handle stays. */
    @GuardedBy("registering")
    private Channel put(DeviceDescriptor.Point point, String device) {
        Channel known = byName.get(point.channel());
        if (known == null) {
            handleLast++;
        }
        int handle = known == null ? handleLast : known.handle();
        Channel next = new Channel(
                handle, point.channel(), device, point.kind(), point.access(), point.unit(), point.description());
        if (known == null || known.kind() != next.kind()) {
            image.open(handle, next.kind());
        }
        Channel[] all = byHandle;
        if (handle >= all.length) {
            all = Arrays.copyOf(all, all.length * 2);
        }
        all[handle] = next;
        byHandle = all;
        byName.put(next.name(), next);
        return next;
    }

    @GuardedBy("registering")
    private void include(Collection<Channel> channels) {
        for (ChannelSubscription subscription : subscriptions) {
            subscription.include(channels);
        }
    }

    /** Called by a session that has closed. */
    void closed(OpenDevice device) {
        synchronized (registering) {
            open.remove(device.name(), device);
        }
    }

    @Override
    public List<DeviceStatus> listDevices() {
        return open.values().stream().map(OpenDevice::status).toList();
    }

    @Override
    public Subscription subscribe(List<NamePattern> patterns, BatchListener listener) {
        ChannelSubscription added = new ChannelSubscription(patterns, listener, this::unsubscribed);
        synchronized (registering) {
            added.include(byName.values());
            subscriptions = Stream.concat(Arrays.stream(subscriptions), Stream.of(added))
                    .toArray(ChannelSubscription[]::new);
        }
        return added;
    }

    private void unsubscribed(ChannelSubscription gone) {
        synchronized (registering) {
            subscriptions = Arrays.stream(subscriptions).filter(s -> s != gone).toArray(ChannelSubscription[]::new);
        }
    }

    /** Calls every subscriber that wants something of {@code batch}, on this thread, holding no lock. */
    void fanOut(Batch batch) {
        if (batch.isEmpty()) {
            return;
        }
        for (ChannelSubscription subscription : subscriptions) {
            subscription.deliver(batch);
        }
    }

    boolean isWanted(Collection<Channel> channels) {
        for (ChannelSubscription subscription : subscriptions) {
            if (channels.stream().anyMatch(c -> subscription.wants(c.handle()))) {
                return true;
            }
        }
        return false;
    }
}
