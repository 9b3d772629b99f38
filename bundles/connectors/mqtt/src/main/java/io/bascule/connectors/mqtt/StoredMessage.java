/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.store.Outbox;
import io.bascule.connectors.mqtt.payload.PayloadFormat;
import io.bascule.connectors.mqtt.payload.PayloadFormats;
import io.bascule.connectors.mqtt.payload.SparkplugPayload;
import io.bascule.connectors.mqtt.transport.Publication;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a message lies in an outbox: its topic is the outbox's own; before the content are three bytes, which say the layout (1),
 * the format (0 for a payload that is sent as it is) and QoS with, in bit 2, retain.
 */
final class StoredMessage {

    private static final int LAYOUT = 1;
    private static final int HEAD_BYTES = 3;
    private static final int QOS_MASK = 3;
    private static final int RETAIN = 4;

    private StoredMessage() {}

    static byte[] encode(Optional<PayloadFormat> format, int qos, boolean isRetained, byte[] content) {
        byte[] stored = new byte[HEAD_BYTES + content.length];
        stored[0] = LAYOUT;
        stored[1] = (byte) format.map(PayloadFormat::code).orElse(0).intValue();
        stored[2] = (byte) (qos | (isRetained ? RETAIN : 0));
        System.arraycopy(content, 0, stored, HEAD_BYTES, content.length);
        return stored;
    }

    /** Returns what to send; empty when it was written by a version of the gateway that knew more. */
    static Optional<Publication> decode(Outbox.Message message) {
        byte[] stored = message.payload();
        if (stored.length < HEAD_BYTES || stored[0] != LAYOUT) {
            return Optional.empty();
        }
        int code = Byte.toUnsignedInt(stored[1]);
        Optional<PayloadFormat> format = PayloadFormats.find(code);
        if (code != 0 && format.isEmpty()) {
            return Optional.empty();
        }
        byte[] content = Arrays.copyOfRange(stored, HEAD_BYTES, stored.length);
        if (format.isPresent() && format.get().isDraft()) {
            if (!SparkplugPayload.isDraft(content)) {
                return Optional.empty();
            }
            return Optional.of(Publication.draft(
                    message.topic(), content, stored[2] & QOS_MASK, message.id(), message.appendedNanos()));
        }
        return Optional.of(Publication.of(
                message.topic(),
                format.isEmpty() ? content : format.get().seal(content, message.id()),
                stored[2] & QOS_MASK,
                (stored[2] & RETAIN) != 0,
                message.id(),
                format.map(PayloadFormat::contentType).orElse("")));
    }
}
