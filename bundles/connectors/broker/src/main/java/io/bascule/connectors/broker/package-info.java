/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A broker inside the gateway, for the demo and for programs on the same machine: Apache Artemis with MQTT and nothing else, on the
 * loopback interface, in memory. {@link io.bascule.connectors.broker.BrokerComponent} starts it on a thread of its own;
 * {@link io.bascule.connectors.broker.MemoryBroker} is the broker.
 */
@NullMarked
package io.bascule.connectors.broker;

import org.jspecify.annotations.NullMarked;
