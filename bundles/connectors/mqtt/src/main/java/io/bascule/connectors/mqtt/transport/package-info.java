/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the connector needs of an MQTT client, and two clients behind it. {@link io.bascule.connectors.mqtt.transport.Transport}
 * makes a {@link io.bascule.connectors.mqtt.transport.Link}, which is used once: it never connects again, keeps nothing on
 * disk and limits nothing; all that is the connector's. {@link io.bascule.connectors.mqtt.transport.Paho3} speaks MQTT 3.1.1.
 * A link may be used by any thread; it tells its {@link io.bascule.connectors.mqtt.transport.LinkListener} on threads of the
 * client, which must return at once.
 */
@NullMarked
package io.bascule.connectors.mqtt.transport;

import org.jspecify.annotations.NullMarked;
