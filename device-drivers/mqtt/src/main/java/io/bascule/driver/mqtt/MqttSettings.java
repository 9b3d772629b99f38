/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.SecretText;
import io.bascule.api.channel.driver.TlsFiles;
import io.bascule.api.channel.payload.PayloadField;
import io.bascule.api.channel.payload.PayloadFormats;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Reads a configuration. */
final class MqttSettings {

    private static final SecretText NOTHING = SecretText.parse("");
    private static final int RANDOM_CHARACTERS = 8;
    /** Paho looks three times, each after 100 ms, whether its threads run. */
    private static final long TIMEOUT_MILLIS_MIN = 500;

    private static final int PORT_PLAIN = 1883;
    private static final int PORT_SECURE = 8883;

    private MqttSettings() {}

    /** Makes the driver of a device; what is wrong is told to {@code settings}. */
    static MqttDriver driver(DeviceSettings settings, PayloadFormats formats) {
        Messages.Retained retained =
                Messages.Retained.valueOf(settings.word("retained", "accept", List.of("accept", "uncertain", "ignore"))
                        .toUpperCase(Locale.ROOT));
        BrokerLink link =
                new BrokerLink(broker(settings), state(settings, formats), retained == Messages.Retained.IGNORE);
        return new MqttDriver(link, new Messages(formats, retained), (int) settings.integer("qos", 1, 0, 2));
    }

    private static BrokerSettings broker(DeviceSettings settings) {
        String user = settings.text("user", "");
        SecretText password = secret(settings, "password");
        if (user.isEmpty() && !password.isEmpty()) {
            settings.problem("user is empty and password is not; expected both or none");
        }
        String keyStore = settings.text("keyStore", "");
        SecretText keyStorePassword = secret(settings, "keyStorePassword");
        if (!keyStore.isEmpty() && keyStorePassword.isEmpty()) {
            settings.problem("keyStorePassword is empty; expected {file:PATH}, {env:NAME} or the password of keyStore");
        }
        String clientId = settings.text("clientId", "");
        String device = settings.text("device", "");
        String uri = settings.orElse("broker", "tcp://localhost:1883", () -> uri(settings.text("broker", "")));
        String caFile = settings.text("caFile", "");
        long timeoutMillis = number(settings.text("timeoutMillis", "5000"));
        if (timeoutMillis < TIMEOUT_MILLIS_MIN) {
            settings.problem("timeoutMillis is " + timeoutMillis + "; expected at least " + TIMEOUT_MILLIS_MIN
                    + ": connecting alone takes 300");
        }
        if (uri.startsWith("tcp:") && !(caFile.isEmpty() && keyStore.isEmpty())) {
            settings.problem("caFile and keyStore need a broker that begins with ssl://");
        }
        return new BrokerSettings(
                uri,
                // Two gateways with a device of this name must not throw each other out.
                clientId.isEmpty() ? "bascule-" + device + "-" + random() : clientId,
                user,
                password,
                new TlsFiles(caFile, keyStore, keyStorePassword),
                Duration.ofSeconds(settings.integer("keepAliveSeconds", 30, 1, 3600)),
                Duration.ofMillis(Math.max(TIMEOUT_MILLIS_MIN, timeoutMillis)),
                (int) settings.integer("payloadBytesMax", 1_048_576, 1, 67_108_864));
    }

    private static String random() {
        return UUID.randomUUID().toString().substring(0, RANDOM_CHARACTERS);
    }

    private static SecretText secret(DeviceSettings settings, String key) {
        return settings.orElse(key, NOTHING, () -> SecretText.parse(settings.text(key, "")));
    }

    private static String uri(String written) {
        URI uri = URI.create(written);
        String scheme = String.valueOf(uri.getScheme());
        boolean isFine = (scheme.equals("tcp") || scheme.equals("ssl"))
                && uri.getHost() != null
                && uri.getUserInfo() == null
                && String.valueOf(uri.getPath()).isEmpty();
        if (!isFine) {
            throw new IllegalArgumentException(
                    "'" + written + "' is no address of a broker; expected tcp://HOST:PORT or ssl://HOST:PORT");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("ssl") ? PORT_SECURE : PORT_PLAIN;
        return scheme + "://" + uri.getHost() + ":" + port;
    }

    private static DeviceState state(DeviceSettings settings, PayloadFormats formats) {
        String topic = settings.text("stateTopic", "");
        if (!topic.isEmpty()) {
            settings.orElse("stateTopic", topic, () -> Topics.requireName("topic", topic));
        }
        String pointer = settings.text("statePointer", "");
        Map<String, String> options = new HashMap<>(Map.of("type", "text"));
        if (!pointer.isEmpty()) {
            options.put("pointer", pointer);
        }
        PayloadField plain = formats.field(new ChannelConfig("state", topic, Map.of("type", "text"), ""));
        PayloadField field = settings.orElse(
                "statePointer", plain, () -> formats.field(new ChannelConfig("state", topic, options, "")));
        String online = settings.text("stateOnline", "online");
        String offline = settings.text("stateOffline", "offline");
        if (online.equals(offline)) {
            settings.problem("stateOnline and stateOffline are both '" + online + "'; expected two words");
        }
        return new DeviceState(topic, field, online, offline, formats);
    }

    /** The runtime reports what is wrong with the time limit; here any number will do. */
    private static long number(String text) {
        return text.matches("[0-9]{1,7}") ? Long.parseLong(text) : 5000;
    }
}
