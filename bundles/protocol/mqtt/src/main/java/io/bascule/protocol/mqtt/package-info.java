/* SPDX-License-Identifier: Apache-2.0 */
/** What the MQTT driver and the MQTT connector both need: a socket that makes up for what client libraries leave out. */
@NullMarked
package io.bascule.protocol.mqtt;

import org.jspecify.annotations.NullMarked;
