/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.transport;

import io.bascule.protocol.mqtt.BrokerSocket;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Where and how to connect.
 *
 * @param host name or address of the broker
 * @param port its port
 * @param clientId identifies this client at the broker
 * @param user login name, empty for none
 * @param password its password, empty for none
 * @param sessionExpiry how long the broker keeps subscriptions and what comes for them while the client is away; zero: not at
 *     all. MQTT 3.1.1 cannot say how long
 * @param timeout limit of connecting and of each answer waited for
 * @param keepAlive the client says that it is alive so often
 * @param inFlightMax most publications that will be unanswered at once
 * @param tls how to encrypt; empty for not at all
 * @param isHostVerified whether the broker's certificate must be for {@code host}
 */
public record LinkSettings(
        String host,
        int port,
        String clientId,
        String user,
        String password,
        Duration sessionExpiry,
        Duration timeout,
        Duration keepAlive,
        int inFlightMax,
        Optional<SSLContext> tls,
        boolean isHostVerified) {

    /** Returns a socket for one connection. */
    BrokerSocket socket() {
        return new BrokerSocket(tls.map(SSLContext::getSocketFactory).orElse(null), host, isHostVerified);
    }

    /** Returns the address in the form that clients take; also with TLS, which is not their affair. */
    String address() {
        return "tcp://" + host + ":" + port;
    }

    @Override
    public String toString() {
        return (tls.isPresent() ? "mqtts://" : "mqtt://") + host + ":" + port;
    }
}
