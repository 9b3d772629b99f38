/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.api.security.NamePattern;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A channel registry for the tests of drivers and modules: simple instead of fast, and it remembers what it was told. It
 * keeps every reading that is published, so a test publishes thousands, not billions.
 */
public final class FakeChannelRegistry implements ChannelRegistry {

    private final Map<String, Channel> byName = new ConcurrentSkipListMap<>();
    private final Map<Integer, Channel> byHandle = new ConcurrentHashMap<>();
    private final Map<Integer, Reading> image = new ConcurrentHashMap<>();
    private final Map<String, FakeSession> sessions = new ConcurrentSkipListMap<>();
    private final List<FakeSession> everySession = new CopyOnWriteArrayList<>();
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** From now on every publication waits, as when a flow holds its source back. */
    public void holdBack() {
        gate = new CountDownLatch(1);
    }

    /** Lets publications go on. */
    public void letGo() {
        gate.countDown();
    }

    /** Returns what drivers did against the contract of {@link DeviceSession}; empty when all is well. */
    public List<String> violations() {
        return List.copyOf(violations);
    }

    /** Returns the newest session of a device, open or closed. */
    public Optional<FakeSession> session(String device) {
        return everySession.stream()
                .filter(s -> s.descriptor.name().equals(device))
                .reduce((first, second) -> second);
    }

    @Override
    public Optional<Channel> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public Optional<Channel> find(int handle) {
        return Optional.ofNullable(byHandle.get(handle));
    }

    @Override
    public List<Channel> list() {
        return List.copyOf(byName.values());
    }

    @Override
    public Reading read(int handle) {
        Reading reading = image.get(handle);
        if (reading == null) {
            throw new IllegalArgumentException("no channel has the handle " + handle);
        }
        return reading;
    }

    @Override
    public synchronized Channel openVirtual(String name, ValueKind kind, String unit) {
        Channel known = byName.get(name);
        if (known != null) {
            if (known.kind() != kind || !known.device().equals(Channel.VIRTUAL_DEVICE)) {
                throw new IllegalArgumentException("channel '" + name + "' exists as " + known);
            }
            return known;
        }
        return add(new DeviceDescriptor.Point(name, kind, Channel.Access.READ, unit, ""), Channel.VIRTUAL_DEVICE);
    }

    private synchronized Channel add(DeviceDescriptor.Point point, String device) {
        Channel known = byName.get(point.channel());
        int handle = known != null ? known.handle() : byName.size() + 1;
        Channel channel = new Channel(
                handle, point.channel(), device, point.kind(), point.access(), point.unit(), point.description());
        byName.put(channel.name(), channel);
        byHandle.put(handle, channel);
        image.put(handle, new Reading(handle, initial(point.kind()), Quality.BAD_WAITING_FOR_INITIAL_DATA, 0));
        return channel;
    }

    private static Value initial(ValueKind kind) {
        return switch (kind) {
            case F64 -> new Value.F64(0);
            case I64 -> new Value.I64(0);
            case BOOL -> new Value.Bool(false);
            case TEXT -> new Value.Text("");
            case BYTES -> new Value.Bytes(new byte[0]);
        };
    }

    @Override
    public int publishVirtual(Batch batch) {
        return accept(batch, Channel.VIRTUAL_DEVICE);
    }

    private int accept(Batch batch, String device) {
        Batch.Builder accepted = Batch.builder(batch.size());
        for (Reading reading : batch.readings()) {
            Channel channel = byHandle.get(reading.channel());
            if (channel != null
                    && channel.device().equals(device)
                    && channel.kind() == reading.value().kind()) {
                image.put(reading.channel(), reading);
                accepted.add(reading);
            }
        }
        int count = accepted.size();
        deliver(accepted.build());
        return count;
    }

    private Channel channelOf(Reading reading) {
        return find(reading.channel()).orElseThrow();
    }

    private void deliver(Batch batch) {
        for (Subscriber subscriber : subscribers) {
            Batch.Builder matching = Batch.builder(batch.size());
            for (Reading reading : batch.readings()) {
                if (subscriber.matches(channelOf(reading))) {
                    matching.add(reading);
                }
            }
            if (matching.size() > 0) {
                subscriber.listener.onBatch(matching.build());
            }
        }
    }

    @Override
    public synchronized DeviceSession openDevice(DeviceDescriptor descriptor, DeviceWriter writer) {
        if (sessions.containsKey(descriptor.name())) {
            throw new IllegalStateException("device '" + descriptor.name() + "' already has an open session");
        }
        for (DeviceDescriptor.Point point : descriptor.points()) {
            Channel known = byName.get(point.channel());
            if (known != null && !known.device().equals(descriptor.name())) {
                throw new IllegalArgumentException("channel '" + point.channel() + "' belongs to " + known.device());
            }
        }
        Map<String, Channel> own = new HashMap<>();
        descriptor.points().forEach(point -> own.put(point.channel(), add(point, descriptor.name())));
        FakeSession session = new FakeSession(descriptor, writer, own);
        sessions.put(descriptor.name(), session);
        everySession.add(session);
        return session;
    }

    @Override
    public List<DeviceStatus> listDevices() {
        return sessions.values().stream()
                .map(FakeSession::status)
                .sorted(Comparator.comparing(status -> status.descriptor().name()))
                .toList();
    }

    @Override
    public Subscription subscribe(List<NamePattern> patterns, BatchListener listener) {
        Subscriber subscriber = new Subscriber(List.copyOf(patterns), listener);
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }

    private record Subscriber(List<NamePattern> patterns, BatchListener listener) {
        boolean matches(Channel channel) {
            return patterns.stream().anyMatch(p -> p.matches(channel.name()));
        }
    }

    /** A session that remembers. */
    public final class FakeSession implements DeviceSession {
        private final DeviceDescriptor descriptor;
        private final DeviceWriter writer;
        private final Map<String, Channel> own;
        private final List<String> history = new CopyOnWriteArrayList<>();
        private final List<Reading> published = new GrowingList();
        private volatile boolean isConnected;
        private volatile boolean isClosed;
        private volatile @Nullable Thread publisher;

        private FakeSession(DeviceDescriptor descriptor, DeviceWriter writer, Map<String, Channel> own) {
            this.descriptor = descriptor;
            this.writer = writer;
            this.own = Map.copyOf(own);
        }

        /** Returns what the driver said of the device. */
        public DeviceDescriptor descriptor() {
            return descriptor;
        }

        /** Returns what takes the writes. */
        public DeviceWriter writer() {
            return writer;
        }

        /** Returns in order: {@code connected}, {@code disconnected: reason}, {@code data} once for a run, {@code closed}. */
        public List<String> history() {
            return List.copyOf(history);
        }

        /** Returns all readings published so far. */
        public List<Reading> published() {
            return published;
        }

        /** Returns the readings of one channel published so far. */
        public List<Reading> published(String channel) {
            int handle = channel(channel).handle();
            return published.stream().filter(r -> r.channel() == handle).toList();
        }

        /** Returns whether the driver closed it. */
        public boolean isClosed() {
            return isClosed;
        }

        private DeviceStatus status() {
            String reason = isConnected || history.isEmpty() ? "" : history.get(history.size() - 1);
            return new DeviceStatus(descriptor, isConnected, reason, published.size(), 0, 0);
        }

        @Override
        public Channel channel(String name) {
            Channel channel = own.get(name);
            if (channel == null) {
                throw new IllegalArgumentException("device '" + descriptor.name() + "' has no channel " + name);
            }
            return channel;
        }

        @Override
        public void connected() {
            if (!isConnected) {
                isConnected = true;
                history.add("connected");
            }
        }

        @Override
        public void disconnected(String reason) {
            if (reason.isBlank()) {
                violations.add("disconnected without a reason");
            }
            isConnected = false;
            history.add("disconnected: " + reason);
        }

        @Override
        public int publish(Batch batch) {
            if (isClosed) {
                throw new IllegalStateException("the session of '" + descriptor.name() + "' is closed");
            }
            Thread other = publisher;
            if (other != null) {
                violations.add(Thread.currentThread().getName() + " publishes while " + other.getName() + " does");
            }
            publisher = Thread.currentThread();
            try {
                gate.await();
                for (Reading reading : batch.readings()) {
                    if (own.values().stream().noneMatch(c -> c.handle() == reading.channel())) {
                        violations.add("a reading of a channel that is not the device's: " + reading);
                    } else if (channelOf(reading).kind() != reading.value().kind()) {
                        violations.add("a reading of the wrong kind: " + reading);
                    }
                }
                if (!batch.isEmpty() && !(history.isEmpty() ? "" : history.get(history.size() - 1)).equals("data")) {
                    history.add("data");
                }
                published.addAll(batch.readings());
                return accept(batch, descriptor.name());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 0;
            } finally {
                publisher = null;
            }
        }

        @Override
        public boolean hasSubscribers() {
            return subscribers.stream().anyMatch(s -> own.values().stream().anyMatch(s::matches));
        }

        @Override
        public void close() {
            if (!isClosed) {
                isClosed = true;
                isConnected = false;
                history.add("closed");
                sessions.remove(descriptor.name(), this);
            }
        }
    }

    /** A list to which one thread appends while others read snapshots of what was there. */
    private static final class GrowingList extends java.util.AbstractList<Reading> {
        private volatile Reading[] items = new Reading[64];
        private volatile int size;

        @Override
        public synchronized boolean add(Reading reading) {
            if (size == items.length) {
                items = java.util.Arrays.copyOf(items, size * 2);
            }
            items[size] = reading;
            size++;
            return true;
        }

        @Override
        public Reading get(int index) {
            return items[java.util.Objects.checkIndex(index, size)];
        }

        @Override
        public int size() {
            return size;
        }
    }
}
