/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.sparkplug;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelRegistry.DeviceStatus;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.connectors.mqtt.payload.SparkplugMessage;
import io.bascule.connectors.mqtt.payload.SparkplugMetric;
import io.bascule.connectors.mqtt.payload.SparkplugPayload;
import io.bascule.connectors.mqtt.sparkplug.Device.Metric;
import io.bascule.connectors.mqtt.transport.Incoming;
import io.bascule.connectors.mqtt.transport.Link;
import io.bascule.connectors.mqtt.transport.Publication;
import io.bascule.connectors.mqtt.transport.TransportException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An edge node of Sparkplug B. Over each new link it says its birth and those of its devices before any data; it numbers all that
 * leaves from 0 to 255 and again, in the order in which it leaves, and knows metrics by alias from their birth on.
 *
 * <p>One lock orders all that leaves, because a number is right only in its place: it is held while a birth waits for the broker's
 * answer, and whoever sends waits meanwhile. The threads that bring answers never take it.
 */
public final class EdgeNode {

    private static final Logger LOG = LoggerFactory.getLogger(EdgeNode.class);

    /** What a host writes true to when it wants all births again, Sparkplug 3.0 section 6.4.20. */
    private static final String REBIRTH = "Node Control/Rebirth";

    private static final String LOST = "the connection broke";
    private static final int SEQ_MASK = 0xFF;
    private static final int COMMAND_BYTES_MAX = 65_536;

    /** The last words of a device that went away are on their way through the flows; its death comes after them. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final EdgeSettings settings;
    private final ChannelRegistry registry;
    private final IntSupplier connects;
    private final InstantSource clock;
    private final HostState host;
    private final AtomicBoolean isRebirthWanted = new AtomicBoolean();
    private final AtomicReference<@Nullable Numbered> present = new AtomicReference<>();
    /** Aliases of commands; read by the thread that carries them out. */
    private final Map<Long, Metric> byAlias = new ConcurrentHashMap<>();

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<String, Device> devices = new TreeMap<>();

    @GuardedBy("lock")
    private long lastAlias;

    @GuardedBy("lock")
    private int seq;

    private volatile int bdSeq;

    /** What a birth waits for. */
    private final AtomicReference<@Nullable Answer> awaited = new AtomicReference<>();

    private volatile boolean isLost;

    /**
     * Makes a node that is not connected.
     *
     * @param connects numbers connections
     */
    public EdgeNode(EdgeSettings settings, ChannelRegistry registry, IntSupplier connects, InstantSource clock) {
        this.settings = settings;
        this.registry = registry;
        this.connects = connects;
        this.clock = clock;
        this.host = new HostState(settings.host());
    }

    /** Returns what the broker says when the next connection breaks; each call is for a connection of its own. */
    public Publication will() {
        bdSeq = connects.getAsInt();
        host.forget();
        isLost = false;
        return death();
    }

    /** Hears that the link broke: no answer comes any more. */
    public void lost() {
        isLost = true;
        Answer answer = awaited.get();
        if (answer != null) {
            answer.refused(LOST);
        }
    }

    /** Returns what says that the node goes; it has no number of its own but that of the connection. */
    public Publication death() {
        long now = clock.millis();
        SparkplugMessage message = new SparkplugMessage(now, 1);
        message.bdSeq(bdSeq, now);
        return Publication.of(settings.topic("NDEATH", ""), message.toBytes(), 1, false, "", "");
    }

    /** Returns what to subscribe to. */
    public List<String> filters() {
        List<String> filters = new ArrayList<>(List.of(settings.topic("NCMD", ""), settings.topic("DCMD", "+")));
        if (!settings.host().isEmpty()) {
            filters.add(settings.stateTopic());
        }
        return filters;
    }

    /** Returns why nothing is to be said now: the primary host is away. */
    public Optional<String> hindrance() {
        return host.absence();
    }

    /**
     * Takes a message of a subscription; does not wait.
     *
     * @return whether it is a command to write channels, or none at all, so that it has to be answered
     */
    public boolean arrived(Incoming message) {
        if (message.topic().equals(settings.stateTopic())) {
            host.heard(message.payload());
            return false;
        }
        List<SparkplugMetric> metrics = List.of();
        if (message.topic().equals(settings.topic("NCMD", ""))
                && !message.isRetained()
                && message.payload().length <= COMMAND_BYTES_MAX) {
            metrics = read(message.payload());
        }
        if (metrics.stream().anyMatch(metric -> isControl(metric) && metric.isTrue())) {
            isRebirthWanted.set(true);
        }
        return metrics.isEmpty() || !metrics.stream().allMatch(EdgeNode::isControl);
    }

    private static List<SparkplugMetric> read(byte[] payload) {
        try {
            return SparkplugMetric.read(payload);
        } catch (IllegalArgumentException e) {
            // Who carries out commands reads it too, and answers.
            return List.of();
        }
    }

    /** Returns whether a metric of a command is about the node and no write to a channel. */
    public static boolean isControl(SparkplugMetric metric) {
        return metric.name().equals(REBIRTH);
    }

    /** Returns the name of the channel that a metric of a command means; what there is not has the name that it would have. */
    public String channel(Incoming command, SparkplugMetric metric) {
        String prefix = settings.topic("DCMD", "") + "/";
        String device = command.topic().startsWith(prefix) ? command.topic().substring(prefix.length()) : "";
        if (metric.name().isEmpty()) {
            Metric known = byAlias.get(metric.alias());
            return known != null && known.device().equals(device) ? known.channel() : "alias:" + metric.alias();
        }
        String inDevice = device.isEmpty() ? metric.name() : device + "/" + metric.name();
        // By convention only, names of channels begin with that of their device.
        return registry.find(inDevice).isEmpty() && registry.find(metric.name()).isPresent() ? metric.name() : inDevice;
    }

    /** Returns a link that completes drafts when they leave over {@code raw}. Nothing leaves before {@link #tend()}. */
    public Link over(Link raw) {
        Numbered link = new Numbered(raw);
        synchronized (lock) {
            present.set(link);
        }
        return link;
    }

    /**
     * Says what is due: births over a new link or when a host wants them, births and deaths of devices that came and went. Called over
     * and over by one thread.
     *
     * @throws TransportException when the link is of no use any more
     */
    public void tend() throws TransportException, InterruptedException {
        synchronized (lock) {
            Numbered link = present.get();
            if (link == null) {
                return;
            }
            boolean isWanted = isRebirthWanted.getAndSet(false);
            if (link.bornNanos == 0) {
                // As coarse as the times of drafts.
                link.bornNanos = TimeUnit.MILLISECONDS.toNanos(clock.millis());
                begin(link.raw);
            } else if (isWanted) {
                LOG.debug("node={} says its births again, as a host wants", settings.node());
                begin(link.raw);
            } else {
                look(link.raw);
            }
        }
    }

    @GuardedBy("lock")
    private void begin(Link link) throws TransportException, InterruptedException {
        devices.values().forEach(device -> device.isAlive = false);
        seq = 0;
        birth(link, device(""));
        for (DeviceStatus status : registry.listDevices()) {
            if (status.isConnected()) {
                birthOf(link, status.descriptor());
            }
        }
    }

    @GuardedBy("lock")
    private void look(Link link) throws TransportException, InterruptedException {
        Set<String> there = new HashSet<>(Set.of(""));
        for (DeviceStatus status : registry.listDevices()) {
            Device device = device(status.descriptor().name());
            if (status.isConnected()) {
                there.add(device.name);
                boolean isNew = !status.descriptor().equals(device.descriptor);
                if (isNew || (!device.isAlive && !device.metrics.isEmpty())) {
                    birthOf(link, status.descriptor());
                }
            }
        }
        long now = System.nanoTime();
        for (Device device : devices.values()) {
            if (device.isAlive && !there.contains(device.name) && now - device.lastNanos > QUIET.toNanos()) {
                SparkplugMessage message = new SparkplugMessage(clock.millis(), 0);
                say(link, "DDEATH", device.name, message);
                device.isAlive = false;
            }
        }
    }

    @GuardedBy("lock")
    private void birthOf(Link link, DeviceDescriptor descriptor) throws TransportException, InterruptedException {
        Device device = device(descriptor.name());
        device.descriptor = descriptor;
        boolean isEmpty = device.metrics.isEmpty()
                && descriptor.points().stream().noneMatch(point -> settings.announces(point.channel()));
        if (!isEmpty) {
            birth(link, device);
        }
    }

    @GuardedBy("lock")
    private Device device(String name) {
        return devices.computeIfAbsent(name, Device::new);
    }

    /** Says what a device has, or the node itself, with the last values. */
    @GuardedBy("lock")
    private void birth(Link link, Device device) throws TransportException, InterruptedException {
        long now = clock.millis();
        List<Channel> channels = channels(device);
        SparkplugMessage message = new SparkplugMessage(now, channels.size() + device.metrics.size());
        if (device.name.isEmpty()) {
            message.bdSeq(bdSeq, now);
            message.control(REBIRTH, now);
        }
        Set<String> said = new HashSet<>();
        for (Channel channel : channels) {
            Metric metric = metric(device, SparkplugPayload.metric(channel), channel.kind(), channel.name());
            var reading = registry.read(channel.handle());
            boolean hasValue = reading.timeNanos() != 0;
            message.birth(
                    metric.name(),
                    metric.alias(),
                    hasValue
                            ? SparkplugMessage.body(
                                    reading.value(), reading.quality(), reading.timeNanos(), channel.unit(), true)
                            : SparkplugMessage.none(channel.kind(), nanos(), channel.unit()));
            said.add(metric.name());
        }
        for (Metric metric : device.metrics.values()) {
            // Announced before, or in an outbox, and the channel is no more.
            if (!said.contains(metric.name())) {
                message.birth(metric.name(), metric.alias(), SparkplugMessage.none(metric.kind(), nanos(), ""));
            }
        }
        say(link, device.name.isEmpty() ? "NBIRTH" : "DBIRTH", device.name, message);
        device.isAlive = true;
        device.lastNanos = System.nanoTime();
    }

    /** Returns the channels to announce: those that settings name, and those that were announced before. */
    @GuardedBy("lock")
    private List<Channel> channels(Device device) {
        DeviceDescriptor descriptor = device.descriptor;
        List<Channel> all = new ArrayList<>();
        if (device.name.isEmpty()) {
            registry.list().stream()
                    .filter(channel -> SparkplugPayload.device(channel).isEmpty())
                    .forEach(all::add);
        } else if (descriptor != null) {
            descriptor.points().forEach(point -> registry.find(point.channel()).ifPresent(all::add));
        }
        all.removeIf(channel ->
                !settings.announces(channel.name()) && !device.metrics.containsKey(SparkplugPayload.metric(channel)));
        return all;
    }

    @GuardedBy("lock")
    private Metric metric(Device device, String name, ValueKind kind, String channel) {
        Metric known = device.metrics.get(name);
        if (known != null && known.kind() == kind) {
            return known;
        }
        Metric fresh = new Metric(device.name, name, ++lastAlias, kind, channel);
        device.metrics.put(name, fresh);
        byAlias.put(fresh.alias(), fresh);
        return fresh;
    }

    /** Announces what a draft has and no birth had; a device that is dead is born again. */
    @GuardedBy("lock")
    private void announce(Link link, Device device, List<SparkplugPayload.Entry> entries)
            throws TransportException, InterruptedException {
        boolean isDue = !device.isAlive;
        for (SparkplugPayload.Entry entry : entries) {
            if (!device.metrics.containsKey(entry.metric())) {
                String inDevice = device.name.isEmpty() ? entry.metric() : device.name + "/" + entry.metric();
                metric(device, entry.metric(), entry.kind(), inDevice);
                isDue = true;
            }
        }
        if (isDue && device.name.isEmpty()) {
            // A birth of the node is one of all: hosts forget its devices.
            begin(link);
            if (!device.isAlive) {
                throw new TransportException("the node could not be born");
            }
        } else if (isDue) {
            birth(link, device);
        }
    }

    /** Says something with the next number and waits until the broker has it. */
    @GuardedBy("lock")
    private void say(Link link, String type, String device, SparkplugMessage message)
            throws TransportException, InterruptedException {
        message.seq(seq);
        String topic = settings.topic(type, device);
        Answer answer = new Answer();
        awaited.set(answer);
        if (isLost) {
            answer.refused(LOST);
        }
        link.publish(Publication.of(topic, message.toBytes(), settings.qos(), false, "", ""), answer);
        seq = (seq + 1) & SEQ_MASK;
        if (!answer.await(settings.answerTimeout())) {
            throw new TransportException("the broker did not answer to a message on '" + topic + "' within "
                    + settings.answerTimeout().toMillis() + " ms");
        }
        if (!answer.refusal().isEmpty()) {
            throw new TransportException("a message on '" + topic + "' did not arrive: " + answer.refusal());
        }
    }

    private long nanos() {
        Instant now = clock.instant();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** A link over which drafts leave as messages. */
    private final class Numbered implements Link {
        private final Link raw;

        /** When the node was born over it, gateway time; 0 before. */
        private volatile long bornNanos;

        Numbered(Link raw) {
            this.raw = raw;
        }

        @Override
        public void publish(Publication publication, Completion completion) throws TransportException {
            if (publication.draftNanos() == 0) {
                raw.publish(publication, completion);
                return;
            }
            try {
                depart(publication, completion);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TransportException("interrupted while a birth was said", e);
            }
        }

        @SuppressWarnings("ReferenceEquality") // This link or another one.
        private void depart(Publication draft, Completion completion) throws TransportException, InterruptedException {
            List<SparkplugPayload.Entry> entries = SparkplugPayload.read(draft.payload());
            synchronized (lock) {
                if (present.get() != this || bornNanos == 0) {
                    throw new TransportException("the link has ended");
                }
                Device device = device(draft.topic());
                announce(raw, device, entries);
                // What was made before the birth was said is no news: the birth had newer values.
                boolean isHistorical = draft.draftNanos() < bornNanos;
                SparkplugMessage message = new SparkplugMessage(clock.millis(), entries.size());
                for (SparkplugPayload.Entry entry : entries) {
                    Metric metric = device.metrics.get(entry.metric());
                    message.data(metric == null ? 0 : metric.alias(), isHistorical, entry.body());
                }
                message.seq(seq);
                if (!draft.id().isEmpty()) {
                    message.uuid(draft.id());
                }
                String topic = settings.topic(device.name.isEmpty() ? "NDATA" : "DDATA", device.name);
                raw.publish(Publication.of(topic, message.toBytes(), draft.qos(), false, draft.id(), ""), completion);
                seq = (seq + 1) & SEQ_MASK;
                device.lastNanos = System.nanoTime();
            }
        }

        @Override
        public void subscribe(String filter, int qos) throws TransportException {
            raw.subscribe(filter, qos);
        }

        @Override
        public int inFlightMax() {
            // One of them is for births, which nothing else waits for.
            return Math.max(1, raw.inFlightMax() - 1);
        }

        @Override
        public void disconnect(Duration atMost) {
            raw.disconnect(atMost);
        }

        /** Not under the lock: who holds it may be waiting for what only ends with the link. */
        @Override
        public void close() {
            present.compareAndSet(this, null);
            raw.close();
        }
    }
}
