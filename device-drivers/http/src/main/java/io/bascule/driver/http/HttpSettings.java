/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.SecretText;
import io.bascule.api.channel.driver.TlsFiles;
import io.bascule.api.channel.payload.PayloadFormats;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the driver reads of a configuration.
 *
 * @param device the name of the device
 * @param base what comes before every path, without a slash at its end
 * @param headers sent with every request
 * @param user for basic authentication; empty for none
 * @param password its password
 * @param tls keys and certificates
 * @param timeout limit of one request
 * @param answerBytesMax longest body of an answer
 */
record HttpSettings(
        String device,
        URI base,
        List<Header> headers,
        String user,
        SecretText password,
        TlsFiles tls,
        Duration timeout,
        int answerBytesMax) {

    private static final URI NOWHERE = URI.create("http://localhost");
    private static final SecretText NOTHING = SecretText.parse("");
    /** Set by the client itself; it refuses others. */
    private static final Set<String> CLIENTS_OWN =
            Set.of("connection", "content-length", "expect", "host", "upgrade", "transfer-encoding", "content-type");

    /** A header of every request. */
    record Header(String name, SecretText value) {}

    /** Makes the driver of a device; what is wrong is told to {@code settings}. */
    static HttpDriver driver(DeviceSettings settings, PayloadFormats formats) {
        String user = settings.text("user", "");
        SecretText password = secret(settings, "password");
        String keyStore = settings.text("keyStore", "");
        SecretText keyStorePassword = secret(settings, "keyStorePassword");
        if (!user.isEmpty() && password.isEmpty()) {
            settings.problem("password is empty and user is not; expected {file:PATH}, {env:NAME} or the password");
        }
        if (user.contains(":")) {
            settings.problem("user '" + user + "' holds a colon, which ends the name in basic authentication");
        }
        if (!keyStore.isEmpty() && keyStorePassword.isEmpty()) {
            settings.problem("keyStorePassword is empty; expected {file:PATH}, {env:NAME} or the password of keyStore");
        }
        HttpSettings own = new HttpSettings(
                settings.text("device", ""),
                settings.orElse("baseUrl", NOWHERE, () -> base(settings.text("baseUrl", ""))),
                settings.orElse("headers", List.of(), () -> headers(settings.list("headers"))),
                user,
                password,
                new TlsFiles(settings.text("caFile", ""), keyStore, keyStorePassword),
                Duration.ofMillis(Math.max(1, number(settings.text("timeoutMillis", "1000")))),
                (int) settings.integer("answerBytesMax", 1_048_576, 1, 67_108_864));
        return new HttpDriver(own, formats);
    }

    private static SecretText secret(DeviceSettings settings, String key) {
        return settings.orElse(key, NOTHING, () -> SecretText.parse(settings.text(key, "")));
    }

    private static URI base(String written) {
        String text = written.endsWith("/") ? written.substring(0, written.length() - 1) : written;
        URI uri = URI.create(text);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "'" + written + "' is no address of a server; expected for example http://192.168.1.30:8080");
        }
        if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException(
                    "an address of a server has no user, query or fragment; for a user there are user and password");
        }
        return uri.getScheme().equals(scheme) ? uri : URI.create(scheme + text.substring(scheme.length()));
    }

    /** Reads {@code NAME: VALUE; NAME: VALUE}. */
    private static List<Header> headers(List<String> written) {
        List<Header> headers = new ArrayList<>();
        for (String several : written) {
            for (String one : several.split(";", -1)) {
                if (!one.isBlank()) {
                    headers.add(header(one.strip()));
                }
            }
        }
        return headers;
    }

    private static Header header(String written) {
        int colon = written.indexOf(':');
        String name = colon < 1 ? "" : written.substring(0, colon).strip();
        // RFC 9110 section 5.6.2: a token. What comes after the colon may be a secret and is not shown.
        if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
            throw new IllegalArgumentException("a header is not written as NAME: VALUE");
        }
        if (CLIENTS_OWN.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("header '" + name + "' is set by the driver itself; leave it out");
        }
        SecretText value = SecretText.parse(written.substring(colon + 1).strip());
        if (value.isEmpty()) {
            throw new IllegalArgumentException("header '" + name + "' has no value");
        }
        return new Header(name, value);
    }

    /** The runtime reports what is wrong with the time limit; here any number will do. */
    private static long number(String text) {
        return text.matches("[0-9]{1,7}") ? Long.parseLong(text) : 1000;
    }
}
