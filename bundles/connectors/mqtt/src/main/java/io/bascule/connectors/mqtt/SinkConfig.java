/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.bascule.api.flow.FlowProblem;
import io.bascule.connectors.mqtt.payload.PayloadFormat;
import io.bascule.connectors.mqtt.payload.PayloadFormats;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a flow says of its sink {@code mqtt}.
 *
 * @param connection the connection's name
 * @param topic where readings go; empty when the format says it
 * @param messages where messages of modules go; empty: nowhere
 * @param format how readings look
 * @param qos 0 to 2
 * @param isRetained whether the broker keeps the last one of each topic
 * @param readingsMax most readings in a message
 * @param payloadBytesMax most bytes of a message
 * @param isDurable whether messages go through the outbox
 * @param patience how long a message waits for the broker or for room; not with an outbox
 */
record SinkConfig(
        String connection,
        Optional<TopicTemplate> topic,
        Optional<TopicTemplate> messages,
        PayloadFormat format,
        int qos,
        boolean isRetained,
        int readingsMax,
        int payloadBytesMax,
        boolean isDurable,
        Duration patience) {

    private static final Set<String> KEYS = Set.of(
            "connection",
            "topic",
            "messages",
            "payload",
            "qos",
            "retain",
            "readings",
            "payloadBytesMax",
            "durable",
            "waitMillis");
    private static final Set<String> OF_READINGS = Set.of(
            TopicTemplate.GATEWAY,
            TopicTemplate.FLOW,
            TopicTemplate.STAGE,
            TopicTemplate.CHANNEL,
            TopicTemplate.DEVICE,
            TopicTemplate.POINT);
    private static final Set<String> OF_MESSAGES =
            Set.of(TopicTemplate.GATEWAY, TopicTemplate.FLOW, TopicTemplate.STAGE, TopicTemplate.TOPIC);
    private static final int QOS_MAX = 2;
    private static final int READINGS_MAX = 65_536;
    /** One message holds what a device has to say, as receivers of Sparkplug expect. */
    private static final int DRAFT_READINGS_DEFAULT = 500;

    private static final int PAYLOAD_BYTES_MIN = 64;
    private static final int PAYLOAD_BYTES_MAX = 8 * 1024 * 1024;
    private static final int PAYLOAD_BYTES_DEFAULT = 256 * 1024;
    private static final int WAIT_MILLIS_MAX = 60_000;
    private static final int WAIT_MILLIS_DEFAULT = 5000;

    /** Reads a configuration; adds every problem, and returns empty when there is one. */
    static Optional<SinkConfig> read(String configJson, List<FlowProblem> problems) {
        JsonElement json = JsonParser.parseString(configJson);
        if (!json.isJsonObject()) {
            problems.add(new FlowProblem("", "expected an object, got " + json));
            return Optional.empty();
        }
        int before = problems.size();
        Reader reader = new Reader(json.getAsJsonObject(), problems);
        reader.keys();
        String connection = reader.text("connection", "");
        if (connection.isEmpty()) {
            reader.wrong("connection", "expected the name of a connection (PID " + MqttComponent.PID + ")");
        }
        Optional<TopicTemplate> topic = reader.topic("topic", OF_READINGS);
        Optional<TopicTemplate> messages = reader.topic("messages", OF_MESSAGES);
        String word = reader.text("payload", PayloadFormats.JSON.word());
        PayloadFormat format = PayloadFormats.find(word).orElse(PayloadFormats.JSON);
        if (!format.word().equals(word)) {
            reader.wrong("payload", "'" + word + "' is no format; expected one of " + PayloadFormats.words());
        }
        boolean isDraft = format.isDraft();
        if (isDraft) {
            reader.without("topic", "Sparkplug itself says where readings go");
            reader.without("qos", "the connection's sparkplugQos is that of all that Sparkplug sends");
            reader.without("retain", "Sparkplug keeps no message at the broker");
        } else if (!reader.has("topic")) {
            reader.wrong("topic", "expected where readings go, for example 'plant1/{device}/{point}'");
        }
        int qos = reader.whole("qos", 1, 0, QOS_MAX);
        int readings = reader.whole("readings", isDraft ? DRAFT_READINGS_DEFAULT : 1, 1, READINGS_MAX);
        if (readings > 1 && format.isSingle()) {
            reader.wrong("readings", "a message with payload " + format.word() + " holds one reading; leave it out");
        }
        boolean isDurable = reader.bool("durable");
        if (isDurable && qos == 0) {
            reader.wrong(
                    "qos", "a message with qos 0 is never answered, so that it cannot leave an outbox; use 1 or 2");
        }
        if (isDurable && reader.has("waitMillis")) {
            reader.wrong("waitMillis", "messages of an outbox wait for as long as it takes; leave it out");
        }
        boolean isRetained = reader.bool("retain");
        int payloadBytesMax =
                reader.whole("payloadBytesMax", PAYLOAD_BYTES_DEFAULT, PAYLOAD_BYTES_MIN, PAYLOAD_BYTES_MAX);
        int wait = reader.whole("waitMillis", WAIT_MILLIS_DEFAULT, 0, WAIT_MILLIS_MAX);
        if (problems.size() > before) {
            return Optional.empty();
        }
        return Optional.of(new SinkConfig(
                connection,
                topic,
                messages,
                format,
                qos,
                isRetained,
                readings,
                payloadBytesMax,
                isDurable,
                Duration.ofMillis(wait)));
    }

    /** Reads keys and notes what is wrong with them. */
    private record Reader(JsonObject json, List<FlowProblem> problems) {

        void keys() {
            for (String key : json.keySet()) {
                if (!KEYS.contains(key)) {
                    wrong(
                            key,
                            "a stage of type mqtt has no key '" + key + "'; expected some of "
                                    + KEYS.stream().sorted().toList());
                }
            }
        }

        void wrong(String key, String message) {
            problems.add(new FlowProblem("/" + key, message));
        }

        boolean has(String key) {
            return json.has(key);
        }

        String text(String key, String otherwise) {
            JsonElement value = json.get(key);
            if (value == null) {
                return otherwise;
            }
            if (value instanceof JsonPrimitive primitive && primitive.isString()) {
                return primitive.getAsString();
            }
            wrong(key, "expected a text, got " + value);
            return otherwise;
        }

        void without(String key, String why) {
            if (has(key)) {
                wrong(key, why + "; leave it out");
            }
        }

        boolean bool(String key) {
            JsonElement value = json.get(key);
            if (value == null) {
                return false;
            }
            if (value instanceof JsonPrimitive primitive && primitive.isBoolean()) {
                return primitive.getAsBoolean();
            }
            wrong(key, "expected true or false, got " + value);
            return false;
        }

        int whole(String key, int otherwise, int min, int max) {
            JsonElement value = json.get(key);
            if (value == null) {
                return otherwise;
            }
            if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
                double number = primitive.getAsDouble();
                if (number == Math.rint(number) && number >= min && number <= max) {
                    return (int) number;
                }
            }
            wrong(key, "expected a whole number from " + min + " to " + max + ", got " + value);
            return otherwise;
        }

        Optional<TopicTemplate> topic(String key, Set<String> words) {
            String text = text(key, "");
            if (!has(key)) {
                return Optional.empty();
            }
            try {
                return Optional.of(TopicTemplate.parse(text, words));
            } catch (IllegalArgumentException e) {
                wrong(key, String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        }
    }
}
