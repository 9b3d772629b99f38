/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.payload.PayloadField;
import io.bascule.api.channel.payload.PayloadFormats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a value of an MQTT device is.
 *
 * @param topic where the device publishes it
 * @param qos the quality of service of the subscription, 0 to 2
 * @param field where the value is in a message
 * @param write how it is written; null when it is not
 */
record MqttAddress(
        String topic, int qos, PayloadField field, @Nullable Write write) implements Address {

    private static final int QOS_MAX = 2;
    private static final List<String> OF_WRITES = List.of("writeQos", "writeRetained", "confirmTopic", "template");

    /**
     * How a value is written.
     *
     * @param topic where it is published
     * @param qos the quality of service, 0 to 2
     * @param isRetained whether the broker keeps it
     * @param confirm where the device says that it took it; null when it does not
     */
    record Write(
            String topic,
            int qos,
            boolean isRetained,
            @Nullable Confirm confirm) {}

    /**
     * Where a device says that it took a value.
     *
     * @param topic where
     * @param field where the value is in the message
     */
    record Confirm(String topic, PayloadField field) {}

    /**
     * Understands a channel.
     *
     * @param qosOtherwise the quality of service unless the channel says another
     * @throws IllegalArgumentException when it cannot; says what was expected
     */
    static MqttAddress parse(ChannelConfig channel, int qosOtherwise, PayloadFormats formats) {
        String topic = Topics.requireName("topic", channel.address());
        int qos = channel.integer("qos", qosOtherwise, 0, QOS_MAX);
        PayloadField field = formats.field(channel);
        String writeTopic = channel.text("writeTopic", "");
        int writeQos = channel.integer("writeQos", 1, 0, QOS_MAX);
        boolean isRetained = channel.flag("writeRetained", false);
        String confirmTopic = channel.text("confirmTopic", "");
        String confirmPointer = channel.text("confirmPointer", "");
        if (writeTopic.isEmpty()) {
            if (channel.options().keySet().stream().anyMatch(OF_WRITES::contains)) {
                throw new IllegalArgumentException(OF_WRITES + " need the option writeTopic");
            }
            return new MqttAddress(topic, qos, field, null);
        }
        if (confirmTopic.isEmpty() && !confirmPointer.isEmpty()) {
            throw new IllegalArgumentException("confirmPointer needs the option confirmTopic");
        }
        Confirm confirm = confirmTopic.isEmpty()
                ? null
                : new Confirm(
                        Topics.requireName("confirmTopic", confirmTopic),
                        formats.field(confirmed(channel, confirmPointer)));
        return new MqttAddress(
                topic,
                qos,
                field,
                new Write(Topics.requireName("writeTopic", writeTopic), writeQos, isRetained, confirm));
    }

    /** The message that confirms has the channel's type and words, at a place of its own. */
    private static ChannelConfig confirmed(ChannelConfig channel, String pointer) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : List.of("type", "on", "off", "bytes")) {
            String value = channel.text(option, "");
            if (!value.isEmpty()) {
                options.put(option, value);
            }
        }
        if (!pointer.isEmpty()) {
            options.put("pointer", pointer);
        }
        return new ChannelConfig(channel.name(), channel.address(), options, channel.origin());
    }

    @Override
    public ValueKind kind() {
        return field.kind();
    }

    @Override
    public Channel.Access access() {
        return write == null ? Channel.Access.READ : Channel.Access.READ_WRITE;
    }
}
