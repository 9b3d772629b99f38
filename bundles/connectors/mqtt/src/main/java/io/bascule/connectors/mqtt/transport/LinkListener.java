/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.transport;

/** Hears of a link. Called on threads of the client; must return at once. */
public interface LinkListener {

    /** The connection broke; nothing more comes. */
    void lost(String reason);

    /** A message came. It counts as received when this method has returned. */
    void arrived(Incoming message);
}
