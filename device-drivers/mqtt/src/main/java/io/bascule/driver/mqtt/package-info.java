/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Driver for devices that speak MQTT 3.1.1 through a broker. {@link io.bascule.driver.mqtt.MqttComponent} is the component, one for
 * each configuration of PID {@value io.bascule.driver.mqtt.MqttComponent#PID}; {@link io.bascule.driver.mqtt.MqttDriver} the
 * protocol of one device: {@link io.bascule.driver.mqtt.MqttAddress} what is where, {@link io.bascule.driver.mqtt.BrokerLink} the
 * connection to the broker, {@link io.bascule.driver.mqtt.TopicStore} the last message of each topic,
 * {@link io.bascule.driver.mqtt.TopicPlan} what a scan takes from there, {@link io.bascule.driver.mqtt.Told} what is told at once,
 * {@link io.bascule.driver.mqtt.DeviceState} what the device's last will says.
 *
 * <p>Threads: the lane of the device calls the driver. Paho has four threads for each connection, which end with it; messages
 * arrive on the one named {@code MQTT Call}, which never waits for a lane.
 */
@NullMarked
package io.bascule.driver.mqtt;

import org.jspecify.annotations.NullMarked;
