/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a guest opens a byte stream to: the other end of a TCP connection, or a serial port. Immutable.
 *
 * <p>There is one way to write each endpoint, and {@link #grantName()} is what grants are compared with: two texts must never
 * stand for one thing, and one text never for two.
 */
public sealed interface Endpoint {

    /** Longest text of an endpoint, bytes of UTF-8. */
    int BYTES_MAX = 256;

    /** Returns the name that a grant must cover, for example {@code tcp:10.0.0.7:502} or {@code serial:/dev/ttyUSB0}. */
    String grantName();

    /**
     * The other end of a TCP connection.
     *
     * @param host a name in lower case, an IPv4 address, or an IPv6 address without brackets
     * @param port 1 to 65535
     */
    record Tcp(String host, int port) implements Endpoint {
        @Override
        public String grantName() {
            return "tcp:" + (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + port;
        }

        @Override
        public String toString() {
            return grantName();
        }
    }

    /**
     * A serial port.
     *
     * @param port its path below the root, or its name where ports have no path
     * @param baud bits in a second, 50 to 4,000,000
     * @param dataBits 7 or 8
     * @param parity {@code none}, {@code even} or {@code odd}
     * @param stopBits 1 or 2
     */
    record Serial(String port, int baud, int dataBits, String parity, int stopBits) implements Endpoint {
        @Override
        public String grantName() {
            return "serial:" + port;
        }

        @Override
        public String toString() {
            return grantName() + "?baud=" + baud + "&data=" + dataBits + "&parity=" + parity + "&stop=" + stopBits;
        }
    }

    /**
     * Reads an endpoint.
     *
     * @throws IllegalArgumentException when it is none; says what was expected
     */
    static Endpoint parse(String text) {
        Matcher tcp = Parts.TCP.matcher(text);
        if (tcp.matches()) {
            String host = tcp.group(1) == null ? tcp.group(2) : tcp.group(1);
            Parts.requireHost(host, text);
            return new Tcp(host.toLowerCase(Locale.ROOT), Parts.number("port", tcp.group(3), 1, 65_535, text));
        }
        Matcher serial = Parts.SERIAL.matcher(text);
        if (!serial.matches()
                || serial.group(1).contains("//")
                || serial.group(1).contains("..")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no endpoint; expected tcp:HOST:PORT or serial:PORT, for"
                            + " example tcp:10.0.0.7:502 or serial:/dev/ttyUSB0?baud=9600&data=8&parity=none&stop=1");
        }
        Map<String, String> settings = Parts.settings(serial.group(2), text);
        Serial found = new Serial(
                serial.group(1),
                Parts.number("baud", settings.getOrDefault("baud", "9600"), 50, 4_000_000, text),
                Parts.number("data", settings.getOrDefault("data", "8"), 7, 8, text),
                settings.getOrDefault("parity", "none"),
                Parts.number("stop", settings.getOrDefault("stop", "1"), 1, 2, text));
        if (!Parts.PARITIES.contains(found.parity())) {
            throw new IllegalArgumentException(
                    "parity of '" + text + "' is '" + found.parity() + "'; expected one of " + Parts.PARITIES);
        }
        return found;
    }

    /** How endpoints are written. */
    final class Parts {
        private static final Pattern TCP = Pattern.compile(
                "tcp:(?:\\[([0-9A-Fa-f:.]{2,45})]|([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)):([0-9]{1,5})");
        private static final Pattern SERIAL =
                Pattern.compile("serial:((?:/[A-Za-z0-9._:@+-]+)+|[A-Za-z][A-Za-z0-9]*)(?:\\?([a-z0-9=&]*))?");
        private static final Pattern IPV4 =
                Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
        private static final List<String> KEYS = List.of("baud", "data", "parity", "stop");
        private static final List<String> PARITIES = List.of("none", "even", "odd");

        private Parts() {}

        /**
         * A name that begins like an address would pass a pattern that was meant for addresses, as 10.0.0.example does for
         * 10.0.0.*; and 10.1 or 010.0.0.1 are addresses that do not look like what they are.
         */
        private static void requireHost(String host, String text) {
            boolean isLikeAddress = Character.isDigit(host.charAt(0)) && host.indexOf(':') < 0;
            if (isLikeAddress && !IPV4.matcher(host).matches()) {
                throw new IllegalArgumentException("host of '" + text
                        + "' begins with a digit and is no IPv4 address of four numbers, for example 10.0.0.7");
            }
        }

        private static int number(String key, String value, int min, int max, String text) {
            if (value.matches("[1-9][0-9]{0,6}")) {
                int number = Integer.parseInt(value);
                if (number >= min && number <= max) {
                    return number;
                }
            }
            throw new IllegalArgumentException(
                    key + " of '" + text + "' is '" + value + "'; expected a whole number from " + min + " to " + max);
        }

        private static Map<String, String> settings(@org.jspecify.annotations.Nullable String written, String text) {
            Map<String, String> settings = new HashMap<>();
            if (written == null || written.isEmpty()) {
                return settings;
            }
            for (String one : written.split("&", -1)) {
                String key = one.substring(0, Math.max(0, one.indexOf('=')));
                if (!KEYS.contains(key) || settings.put(key, one.substring(key.length() + 1)) != null) {
                    throw new IllegalArgumentException(
                            "'" + one + "' in '" + text + "' is not one of " + KEYS + " with a value, each once");
                }
            }
            return settings;
        }
    }
}
