/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The way out over MQTT. A configuration of PID {@value io.bascule.connectors.mqtt.MqttComponent#PID} is a
 * {@link io.bascule.connectors.mqtt.BrokerConnection}: it connects, for ever, and owns what is on its way
 * ({@link io.bascule.connectors.mqtt.Sender}). {@link io.bascule.connectors.mqtt.MqttStages} makes the sink {@code mqtt} of flows,
 * which sends directly or through an outbox that {@link io.bascule.connectors.mqtt.OutboxDrain} empties;
 * {@link io.bascule.connectors.mqtt.Commands} takes writes from the broker.
 *
 * <p>Each connection has a thread of its own, one for its outbox and one for commands, and those of the client library.
 */
@NullMarked
package io.bascule.connectors.mqtt;

import org.jspecify.annotations.NullMarked;
