/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.driver.SecretText;
import io.bascule.api.channel.driver.TlsFiles;
import java.net.URI;
import java.time.Duration;

/**
 * How the broker is reached.
 *
 * @param uri {@code tcp://HOST:PORT} or {@code ssl://HOST:PORT}
 * @param clientId who we are
 * @param user for the broker; empty for none
 * @param password its password
 * @param tls keys and certificates
 * @param keepAlive how long the line may be quiet before it is tested
 * @param timeout limit of one request
 * @param payloadBytesMax longest message that is read
 */
record BrokerSettings(
        String uri,
        String clientId,
        String user,
        SecretText password,
        TlsFiles tls,
        Duration keepAlive,
        Duration timeout,
        int payloadBytesMax) {

    private static final String SECURE = "ssl://";
    private static final String PLAIN = "tcp://";

    boolean isSecure() {
        return uri.startsWith(SECURE);
    }

    /** Returns the address for Paho: TLS is our socket's. */
    String tcpUri() {
        return isSecure() ? PLAIN + uri.substring(SECURE.length()) : uri;
    }

    /** Returns whom a certificate must name. */
    String host() {
        String host = URI.create(uri).getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
