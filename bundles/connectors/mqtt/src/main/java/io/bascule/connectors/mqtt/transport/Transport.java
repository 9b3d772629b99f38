/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.transport;

import java.util.Optional;

/** Makes connections by one version of MQTT. */
public interface Transport {

    /**
     * Connects. Blocks, at most for the time limit of the settings.
     *
     * @param will what the broker publishes when the connection breaks; empty for nothing
     * @param listener hears of the link from now on, also before this method returns
     * @throws TransportException when the broker cannot be reached or refuses; nothing is left behind
     */
    Link connect(LinkSettings settings, Optional<Publication> will, LinkListener listener) throws TransportException;
}
