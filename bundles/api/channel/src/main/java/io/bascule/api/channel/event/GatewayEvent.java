/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.event;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.security.Subject;
import java.time.Instant;
import java.util.Map;

/**
 * What the gateway tells on EventAdmin. Each event is posted (never sent) on {@link #topic()} with {@link #properties()};
 * the record itself is under {@value #EVENT}. Closed: a consumer can handle every one.
 */
public sealed interface GatewayEvent {

    /** Property that holds the record. */
    String EVENT = "bascule.event";

    /** Topic of every event of this family, for subscriptions. */
    String ALL_TOPICS = "io/bascule/event/*";

    /** Returns the EventAdmin topic. */
    String topic();

    /** Returns the gateway time at which it happened. */
    Instant at();

    /** Returns the facts as plain properties, without the record. */
    Map<String, Object> facts();

    /** Returns the properties of the EventAdmin event: the facts, {@code timestamp} in milliseconds, and the record. */
    default Map<String, Object> properties() {
        Map<String, Object> all = new java.util.HashMap<>(facts());
        all.put("timestamp", at().toEpochMilli());
        all.put(EVENT, this);
        return Map.copyOf(all);
    }

    /**
     * A device answers.
     *
     * @param device its name
     * @param at when
     */
    record DeviceConnected(String device, Instant at) implements GatewayEvent {
        /** The topic. */
        public static final String TOPIC = "io/bascule/event/DEVICE_CONNECTED";

        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("device", device);
        }
    }

    /**
     * A device does not answer any more.
     *
     * @param device its name
     * @param reason why
     * @param at when
     */
    record DeviceDisconnected(String device, String reason, Instant at) implements GatewayEvent {
        /** The topic. */
        public static final String TOPIC = "io/bascule/event/DEVICE_DISCONNECTED";

        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("device", device, "reason", reason);
        }
    }

    /**
     * A device published readings. Posted at a bounded rate for each device, so it is a sign of life and a sample, not the
     * data path: subscribe at the channel registry to get every reading.
     *
     * @param device its name
     * @param batch the readings of this publication
     * @param skipped readings of this device published since its last event that no event carried
     * @param at when
     */
    record DataReceived(String device, Batch batch, long skipped, Instant at) implements GatewayEvent {
        /** The topic. */
        public static final String TOPIC = "io/bascule/event/DATA";

        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("device", device, "readings", batch.size(), "skipped", skipped);
        }
    }

    /**
     * An alert was raised.
     *
     * @param entry the alert as it is kept
     * @param at when
     */
    record AlertRaised(AlertRegistry.Entry entry, Instant at) implements GatewayEvent {
        /** The topic. */
        public static final String TOPIC = "io/bascule/event/ALERT";

        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of(
                    "id", entry.id(),
                    "source", entry.alert().source(),
                    "severity", entry.alert().severity(),
                    "channel", entry.alert().channel(),
                    "text", entry.alert().text());
        }
    }

    /**
     * A write went through the write path, or was refused there.
     *
     * @param subject who asked
     * @param write what was to be written
     * @param result what became of it
     * @param at when
     */
    record CommandExecuted(Subject subject, ChannelWriter.Write write, ChannelWriter.Result result, Instant at)
            implements GatewayEvent {
        /** The topic. */
        public static final String TOPIC = "io/bascule/event/COMMAND";

        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of(
                    "subject", subject.toString(),
                    "channel", write.channel(),
                    "value", write.value().asText(),
                    "ok", result.isOk(),
                    "quality", result.quality().word());
        }
    }

    /**
     * A connection to a broker or another remote end is there.
     *
     * @param connection its name
     * @param at when
     */
    record ConnectorConnected(String connection, Instant at) implements GatewayEvent {
        /** The topic. */
        public static final String TOPIC = "io/bascule/event/CONNECTOR_CONNECTED";

        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("connection", connection);
        }
    }

    /**
     * A connection to a broker or another remote end is not there any more, or could not be made.
     *
     * @param connection its name
     * @param reason why
     * @param at when
     */
    record ConnectorDisconnected(String connection, String reason, Instant at) implements GatewayEvent {
        /** The topic. */
        public static final String TOPIC = "io/bascule/event/CONNECTOR_DISCONNECTED";

        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("connection", connection, "reason", reason);
        }
    }
}
