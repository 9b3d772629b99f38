/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How readings look to those who subscribe. A {@link io.bascule.connectors.mqtt.payload.PayloadFormat} encodes readings when a
 * flow hands them over, and seals them with the message's id when they are sent: an outbox lies between the two.
 * {@link io.bascule.connectors.mqtt.payload.PayloadFormats} knows them all. For Sparkplug B, whose messages depend on what was said
 * before, {@link io.bascule.connectors.mqtt.payload.SparkplugMessage} writes and
 * {@link io.bascule.connectors.mqtt.payload.SparkplugMetric} reads protocol buffers. Formats have no state and are safe for use by any
 * thread.
 */
@NullMarked
package io.bascule.connectors.mqtt.payload;

import org.jspecify.annotations.NullMarked;
