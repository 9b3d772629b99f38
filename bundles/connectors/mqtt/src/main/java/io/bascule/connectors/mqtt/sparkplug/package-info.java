/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The gateway as an edge node of Sparkplug B (Eclipse Sparkplug 3.0). {@link io.bascule.connectors.mqtt.sparkplug.EdgeNode} says birth
 * and death, numbers what leaves and knows the aliases; it stands between the connector and a
 * {@link io.bascule.connectors.mqtt.transport.Link}. {@link io.bascule.connectors.mqtt.sparkplug.ConnectCount} numbers connections beyond
 * a restart. Safe for use by any thread, unless it is said otherwise.
 */
@NullMarked
package io.bascule.connectors.mqtt.sparkplug;

import org.jspecify.annotations.NullMarked;
