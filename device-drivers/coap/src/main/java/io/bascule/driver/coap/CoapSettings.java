/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.payload.PayloadFormats;
import java.net.URI;
import java.time.Duration;

/**
 * What the driver reads of a configuration.
 *
 * @param device the name of the device
 * @param base what comes before every path
 * @param timeout limit of one request with its repetitions
 * @param ackTimeout how long an acknowledgement may take before a message is repeated (section 4.8)
 * @param answerBytesMax longest answer, put together from its blocks
 */
record CoapSettings(String device, URI base, Duration timeout, Duration ackTimeout, int answerBytesMax) {

    private static final int PORT_MAX = 65_535;
    private static final URI NOWHERE = URI.create("coap://localhost");

    /** Makes the driver of a device; what is wrong is told to {@code settings}. */
    static CoapDriver driver(DeviceSettings settings, PayloadFormats formats) {
        String host = settings.text("host", "");
        int port = (int) settings.integer("port", 5683, 1, PORT_MAX);
        CoapSettings own = new CoapSettings(
                settings.text("device", ""),
                settings.orElse("host", NOWHERE, () -> base(host, port)),
                Duration.ofMillis(Math.max(1, number(settings.text("timeoutMillis", "5000")))),
                Duration.ofMillis(settings.integer("ackTimeoutMillis", 1000, 10, 60_000)),
                (int) settings.integer("answerBytesMax", 65_536, 64, 1_048_576));
        return new CoapDriver(own, formats);
    }

    private static URI base(String host, int port) {
        boolean isSixth = host.contains(":") && !host.startsWith("[");
        URI uri = host.isEmpty() ? NOWHERE : URI.create("coap://" + (isSixth ? "[" + host + "]" : host) + ":" + port);
        if (host.isEmpty() || uri.getHost() == null || uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "'" + host + "' is not the name or address of a device; expected for example 192.168.1.40");
        }
        return uri;
    }

    /** The runtime reports what is wrong with the time limit; here any number will do. */
    private static long number(String text) {
        return text.matches("[0-9]{1,7}") ? Long.parseLong(text) : 5000;
    }
}
