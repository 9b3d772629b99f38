/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.transport;

/**
 * A message to a broker.
 *
 * @param topic where to
 * @param payload the bytes; not to be changed any more
 * @param qos 0 to 2
 * @param isRetained whether the broker keeps it for those who subscribe later
 * @param id identifies the message beyond a second delivery, empty for none; MQTT 5 carries it as user property {@code id}
 * @param contentType MIME type, empty for none; carried by MQTT 5 only
 * @param correlation what the question came with that this answers, empty for none; carried by MQTT 5 only
 * @param draftNanos when the draft was made that has to become a message before it leaves, nanoseconds since
 *     1970-01-01T00:00:00Z; 0 for what is a message already. The topic of a draft is not yet one
 */
@SuppressWarnings("ArrayRecordComponent")
public record Publication(
        String topic,
        byte[] payload,
        int qos,
        boolean isRetained,
        String id,
        String contentType,
        byte[] correlation,
        long draftNanos) {

    private static final byte[] NONE = {};

    /** Returns a message that is no answer. */
    public static Publication of(
            String topic, byte[] payload, int qos, boolean isRetained, String id, String contentType) {
        return new Publication(topic, payload, qos, isRetained, id, contentType, NONE, 0);
    }

    /** Returns the answer to a question that came with {@code correlation}. */
    public static Publication answer(String topic, byte[] payload, String contentType, byte[] correlation) {
        return new Publication(topic, payload, 1, false, "", contentType, correlation, 0);
    }

    /** Returns a draft. */
    public static Publication draft(String topic, byte[] payload, int qos, String id, long draftNanos) {
        return new Publication(topic, payload, qos, false, id, "", NONE, draftNanos);
    }
}
