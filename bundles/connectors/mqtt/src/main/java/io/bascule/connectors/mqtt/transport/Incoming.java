/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.transport;

/**
 * A message from a broker.
 *
 * @param topic where it was published
 * @param payload the bytes
 * @param isRetained whether the broker had kept it: then nobody has just sent it
 * @param replyTopic where the sender wants the answer, empty when it does not say; MQTT 5 only
 * @param correlation what the answer has to carry, empty for nothing; MQTT 5 only
 */
@SuppressWarnings("ArrayRecordComponent")
public record Incoming(String topic, byte[] payload, boolean isRetained, String replyTopic, byte[] correlation) {}
