/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.store.Outbox;
import io.bascule.connectors.mqtt.payload.PayloadFormat;
import io.bascule.connectors.mqtt.payload.Selection;
import io.bascule.connectors.mqtt.payload.SparkplugPayload;
import io.bascule.connectors.mqtt.transport.Publication;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The sink {@code mqtt} of one flow. Directly: a batch has left the flow when all its messages are on their way; the window holds
 * the flow back, and a broker that is away fails the batch. Through the outbox: when all its messages are on the disk.
 */
final class MqttSink implements Stage {

    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(30);

    /** A message before it has its id. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Draft(String topic, byte[] content) {}

    private final String label;
    private final SinkConfig config;
    private final Connections connections;
    private final ChannelRegistry registry;
    private final Map<String, String> fixed;
    private final Map<Integer, Place> places = new HashMap<>();

    /** What a handle stands for. */
    private record Place(Channel channel, String topic) {}

    /** The batch that is being sent: when it is tried again, what had been sent is not sent again. */
    private @Nullable Batch present;

    private List<Draft> drafts = List.of();
    private int next;
    private String trouble = "";
    private Connections.@Nullable Way last;

    MqttSink(String flow, String id, SinkConfig config, Connections connections, ChannelRegistry registry) {
        this.label = flow + "/" + id;
        this.config = config;
        this.connections = connections;
        this.registry = registry;
        this.fixed = new HashMap<>(Map.of(TopicTemplate.FLOW, flow, TopicTemplate.STAGE, id));
    }

    /** Returns the connection; the outbox too must be there when it is wanted. */
    Connections.Way requireWay() throws FlowException {
        Optional<Connections.Way> way = connections.find(config.connection());
        if (way.isEmpty()) {
            throw new FlowException("stage " + label + ": there is no MQTT connection '" + config.connection()
                    + "'; there are " + connections.names() + ". Make etc/" + MqttComponent.PID + "-"
                    + config.connection() + ".cfg");
        }
        if (config.isDurable() && way.get().outbox().isEmpty()) {
            throw new FlowException("stage " + label
                    + " is durable and there is no store; install the feature bascule-store, or set durable to false");
        }
        if (config.qos() == 2 && way.get().settings().hasSession()) {
            throw new FlowException("stage " + label + " has qos 2 and connection '" + config.connection()
                    + "' has sessionSeconds: a broker that keeps a session takes a new message for an old one of the same"
                    + " number. Use qos 1, or a connection without a session");
        }
        if (config.format().isDraft()) {
            requireSparkplug(way.get().settings());
        }
        if (way.get() != last) {
            // Another configuration: the gateway may have another name in topics.
            last = way.get();
            fixed.put(TopicTemplate.GATEWAY, last.settings().gateway());
            places.clear();
        }
        return way.get();
    }

    private void requireSparkplug(MqttSettings settings) throws FlowException {
        if (settings.sparkplug().isEmpty()) {
            throw new FlowException("stage " + label + " has payload sparkplug and connection '" + config.connection()
                    + "' speaks none; set its sparkplugGroup");
        }
        if (config.isDurable() && settings.sparkplug().get().qos() == 0) {
            throw new FlowException("stage " + label + " is durable and connection '" + config.connection()
                    + "' has sparkplugQos 0, with which no message is answered, so that none could leave the outbox; set"
                    + " sparkplugQos = 1");
        }
    }

    /** Those of Sparkplug share the connection's, because one that overtakes another breaks their numbering. */
    private int qos(Connections.Way way, Optional<PayloadFormat> format) {
        boolean isDraft = format.isPresent() && format.get().isDraft();
        return isDraft ? way.settings().sparkplug().orElseThrow().qos() : config.qos();
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public void accept(Batch batch) throws FlowException {
        Connections.Way way = requireWay();
        // The same object, not an equal one: the engine's next try.
        if (batch != present) {
            trouble = "";
            drafts = plan(batch);
            present = batch;
            next = 0;
        }
        try {
            if (config.isDurable()) {
                store(way, drafts, Optional.of(config.format()));
            } else {
                while (next < drafts.size()) {
                    Draft draft = drafts.get(next);
                    send(way, draft.topic(), draft.content(), Optional.of(config.format()));
                    next++;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlowException("stage " + label + " was interrupted while it sent readings", e);
        }
        drafts = List.of();
        next = 0;
        if (!trouble.isEmpty()) {
            String told = trouble;
            trouble = "";
            throw new FlowException(told);
        }
        present = null;
    }

    @Override
    public boolean acceptMessage(String topic, byte[] payload) throws FlowException {
        if (config.messages().isEmpty()) {
            return false;
        }
        Connections.Way way = requireWay();
        Map<String, String> words = new HashMap<>(fixed);
        words.put(TopicTemplate.TOPIC, topic);
        String target = config.messages().get().of(words);
        try {
            if (config.isDurable()) {
                store(way, List.of(new Draft(target, payload)), Optional.empty());
            } else {
                send(way, target, payload, Optional.empty());
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlowException("stage " + label + " was interrupted while it sent a message", e);
        }
    }

    private void send(Connections.Way way, String topic, byte[] content, Optional<PayloadFormat> format)
            throws FlowException, InterruptedException {
        if (!way.sender().send(publication(way, topic, content, format), Sender.NO_RECEIPT, config.patience())) {
            BrokerConnection.State state = way.state();
            throw new FlowException("stage " + label + ": the broker took nothing for "
                    + config.patience().toMillis() + " ms; connection " + config.connection()
                    + (state.isConnected()
                            ? " is there, but slow: " + state.sent().flying() + " messages have no answer"
                            : " is away: " + state.reason()));
        }
    }

    private Publication publication(Connections.Way way, String topic, byte[] content, Optional<PayloadFormat> format) {
        int qos = qos(way, format);
        String id = qos == 0 ? "" : way.nextId();
        if (format.isPresent() && format.get().isDraft()) {
            long now = TimeUnit.MILLISECONDS.toNanos(InstantSource.system().millis());
            return Publication.draft(topic, content, qos, id, now);
        }
        return Publication.of(
                topic,
                format.isEmpty() ? content : format.get().seal(content, id),
                qos,
                config.isRetained(),
                id,
                format.map(PayloadFormat::contentType).orElse(""));
    }

    private void store(Connections.Way way, List<Draft> messages, Optional<PayloadFormat> format)
            throws FlowException, InterruptedException {
        Outbox outbox = way.outbox().orElseThrow();
        int qos = qos(way, format);
        List<CompletableFuture<Long>> answers = new ArrayList<>(messages.size());
        for (Draft draft : messages) {
            answers.add(outbox.append(
                    draft.topic(), StoredMessage.encode(format, qos, config.isRetained(), draft.content())));
        }
        long until = System.nanoTime() + STORE_TIMEOUT.toNanos();
        try {
            for (CompletableFuture<Long> answer : answers) {
                answer.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new FlowException("stage " + label + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new FlowException(
                    "stage " + label + ": the outbox has not acknowledged " + messages.size() + " messages within "
                            + STORE_TIMEOUT.toSeconds() + " s; it may still. Look at the disk",
                    e);
        }
    }

    /** Divides a batch into messages: by topic, in the order of readings, each no larger than it may be. */
    private List<Draft> plan(Batch batch) {
        List<Draft> plan = new ArrayList<>();
        boolean isOne = config.readingsMax() == 1;
        Map<String, Group> groups = new LinkedHashMap<>();
        int unknown = 0;
        for (int i = 0; i < batch.size(); i++) {
            Place place = place(batch.channel(i));
            if (place == null) {
                unknown++;
                continue;
            }
            if (isOne) {
                encode(batch, new int[] {i}, new Channel[] {place.channel()}, 1, place.topic(), plan);
                continue;
            }
            Group group = groups.computeIfAbsent(place.topic(), t -> new Group());
            group.add(i, place.channel());
            if (group.size == config.readingsMax()) {
                encode(batch, group.indexes, group.channels, group.size, place.topic(), plan);
                groups.put(place.topic(), new Group());
            }
        }
        groups.forEach((topic, group) -> {
            if (group.size > 0) {
                encode(batch, group.indexes, group.channels, group.size, topic, plan);
            }
        });
        if (unknown > 0) {
            trouble = "stage " + label + ": " + unknown + " of " + batch.size()
                    + " readings are of channels that the gateway does not know; they were left out";
        }
        return plan;
    }

    private static final class Group {
        private int[] indexes = new int[16];
        private Channel[] channels = new Channel[16];
        private int size;

        void add(int index, Channel channel) {
            if (size == indexes.length) {
                indexes = Arrays.copyOf(indexes, size * 2);
                channels = Arrays.copyOf(channels, size * 2);
            }
            indexes[size] = index;
            channels[size] = channel;
            size++;
        }
    }

    private void encode(Batch batch, int[] indexes, Channel[] channels, int size, String topic, List<Draft> plan) {
        byte[] content =
                config.format().encode(new Selection(batch, indexes, channels, size, config.readingsMax() > 1));
        if (content.length <= config.payloadBytesMax()) {
            plan.add(new Draft(topic, content));
        } else if (size == 1) {
            trouble = "stage " + label + ": a reading of '" + channels[0].name() + "' makes a message of "
                    + content.length + " bytes; expected at most " + config.payloadBytesMax()
                    + ". It was left out; raise payloadBytesMax, if the broker takes more";
        } else {
            int half = size / 2;
            encode(batch, indexes, channels, half, topic, plan);
            encode(
                    batch,
                    Arrays.copyOfRange(indexes, half, size),
                    Arrays.copyOfRange(channels, half, size),
                    size - half,
                    topic,
                    plan);
        }
    }

    private @Nullable Place place(int handle) {
        Place known = places.get(handle);
        if (known != null) {
            return known;
        }
        Optional<Channel> channel = registry.find(handle);
        if (channel.isEmpty()) {
            return null;
        }
        String topic = config.topic()
                .map(template -> template.of(channel.get(), fixed))
                .orElseGet(() -> SparkplugPayload.device(channel.get()));
        Place place = new Place(channel.get(), topic);
        places.put(handle, place);
        return place;
    }

    @Override
    public void close() {
        places.clear();
    }
}
