/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.driver.DeviceSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the driver reads of a configuration.
 *
 * @param device name of the device, for the name of the session
 * @param endpoint where the server listens, {@code opc.tcp://HOST:PORT/PATH}
 * @param isSecure whether messages are signed with policy Basic256Sha256; else they are neither signed nor encrypted
 * @param isEncrypted whether they are encrypted, too
 * @param checksHostname whether the server's certificate must name the host of the endpoint
 * @param user who logs on; empty for nobody
 * @param password of the user
 * @param securityFolder where certificates are
 * @param timeout time limit of one request
 * @param nodesMax most nodes in one request
 * @param publishing time between two messages of a subscription
 */
record OpcUaSettings(
        String device,
        URI endpoint,
        boolean isSecure,
        boolean isEncrypted,
        boolean checksHostname,
        String user,
        String password,
        Path securityFolder,
        Duration timeout,
        int nodesMax,
        Duration publishing) {

    /** The port that the specification gives to OPC UA over TCP. */
    private static final int PORT = 4840;

    private static final int NODES_MAX = 10_000;
    private static final int HOUR_MILLIS = 3_600_000;
    private static final URI NONE = URI.create("opc.tcp://localhost");

    /** Reads the settings; what is wrong is told to {@code settings}. */
    static OpcUaSettings read(DeviceSettings settings) {
        String policy = settings.word("securityPolicy", "basic256sha256", List.of("none", "basic256sha256"));
        String mode = settings.word("securityMode", "sign-and-encrypt", List.of("sign", "sign-and-encrypt"));
        String user = settings.text("user", "");
        String password = settings.text("password", "");
        if (user.isEmpty() && !password.isEmpty()) {
            settings.problem("password is set and user is not; expected both or neither");
        }
        return new OpcUaSettings(
                settings.text("device", ""),
                endpoint(settings),
                policy.equals("basic256sha256"),
                policy.equals("basic256sha256") && mode.equals("sign-and-encrypt"),
                settings.flag("checkHostname", true),
                user,
                password,
                folder(settings),
                Duration.ofMillis(settings.integer("timeoutMillis", 5000, 1, HOUR_MILLIS)),
                (int) settings.integer("nodesPerRequestMax", 500, 1, NODES_MAX),
                Duration.ofMillis(settings.integer("publishingIntervalMillis", 500, 10, HOUR_MILLIS)));
    }

    private static URI endpoint(DeviceSettings settings) {
        String written = settings.text("endpoint", "");
        try {
            URI uri = new URI(written);
            if ("opc.tcp".equals(uri.getScheme()) && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            settings.problem("endpoint is '" + written + "', which is no URL: " + e.getReason());
            return NONE;
        }
        settings.problem("endpoint is '" + written + "'; expected opc.tcp://HOST:PORT, for example"
                + " opc.tcp://192.168.1.20:4840");
        return NONE;
    }

    private static Path folder(DeviceSettings settings) {
        String written = settings.text("securityFolder", "opcua");
        try {
            return Path.of(written.isEmpty() ? "opcua" : written);
        } catch (InvalidPathException e) {
            settings.problem("securityFolder is '" + written + "', which is no path: " + e.getReason());
            return Path.of("opcua");
        }
    }

    String host() {
        // A bracket belongs to the notation of an address, not to the address.
        String host = endpoint.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return endpoint.getPort() < 0 ? PORT : endpoint.getPort();
    }

    @Override
    public String toString() {
        return "OpcUaSettings[" + device + " " + endpoint + "]";
    }
}
