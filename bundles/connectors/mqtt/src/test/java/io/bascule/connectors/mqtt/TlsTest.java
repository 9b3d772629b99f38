/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Channel;
import io.bascule.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with the broker's and the gateway's certificate, and what must not be let through. */
class TlsTest {

    @TempDir
    static Path folder;

    private static Certificates ours;
    private static Certificates strangers;

    private final Rig rig = new Rig();

    @BeforeAll
    static void issue() throws IOException {
        ours = new Certificates(Files.createDirectory(folder.resolve("ours")), "authority");
        ours.issue("broker", "RSA", "san=ip:127.0.0.1").issue("elsewhere", "RSA", "san=dns:elsewhere.example");
        ours.issue("gateway-rsa", "RSA").issue("gateway-ec", "EC");
        strangers = new Certificates(Files.createDirectory(folder.resolve("strangers")), "stranger");
        strangers.issue("gateway-rsa", "RSA");
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private static Mosquitto broker(String certificate) {
        return Mosquitto.with(
                folder,
                List.of(
                        "cafile " + ours.file("authority.crt"),
                        "certfile " + ours.file(certificate + ".crt"),
                        "keyfile " + ours.file(certificate + ".key"),
                        "require_certificate true",
                        "use_identity_as_username true"),
                List.of(
                        "--cafile",
                        ours.file("authority.crt").toString(),
                        "--cert",
                        ours.file("gateway-rsa.crt").toString(),
                        "--key",
                        ours.file("gateway-rsa.key").toString(),
                        "--insecure"));
    }

    private static Map<String, Object> client(String version, Certificates from, String key) {
        return new HashMap<>(Map.of(
                "version", version,
                "tls", true,
                "caFile", ours.file("authority.crt").toString(),
                "certificateFile", from.file(key + ".crt").toString(),
                "keyFile", from.file(key + ".key").toString()));
    }

    @ParameterizedTest(name = "MQTT {0}, {1}")
    @CsvSource({"3.1.1,gateway-rsa", "3.1.1,gateway-ec", "5,gateway-rsa", "5,gateway-ec"})
    void readingsGoThroughTlsWithACertificateOnBothEnds(String version, String key) throws Exception {
        try (Mosquitto broker = broker("broker")) {
            rig.connected(broker.port(), client(version, ours, key));
            Mosquitto.Listener listener = broker.listen("t/#");
            Channel channel = rig.number("press/speed");
            rig.sink("{\"connection\":\"local\",\"topic\":\"t/{point}\"}").accept(Rig.batch(channel, 1));
            listener.await(1);
        }
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void aBrokerOfAnotherNameIsNotSpokenToUnlessThatIsWanted(String version) {
        try (Mosquitto broker = broker("elsewhere")) {
            Map<String, Object> config = client(version, ours, "gateway-rsa");
            MqttComponent connection = rig.connect(broker.port(), config);
            Await.until("the refusal", () -> connection.state().reason().contains("subject alternative"));
            assertFalse(connection.state().isConnected());
            rig.end(connection);
            config.put("verifyHost", false);
            rig.connected(broker.port(), config);
        }
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void aBrokerThatNobodyKnownSignedIsNotSpokenTo(String version) {
        try (Mosquitto broker = broker("broker")) {
            Map<String, Object> config = client(version, ours, "gateway-rsa");
            config.put("caFile", strangers.file("stranger.crt").toString());
            MqttComponent connection = rig.connect(broker.port(), config);
            Await.until("the refusal", () -> connection.state().reason().contains("PKIX"));
            assertFalse(connection.state().isConnected());
        }
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void aGatewayWithAStrangersCertificateIsNotLetIn(String version) {
        try (Mosquitto broker = broker("broker")) {
            MqttComponent connection = rig.connect(broker.port(), client(version, strangers, "gateway-rsa"));
            Await.until("the refusal", () -> connection.state().reason().contains("cannot connect"));
            assertFalse(connection.state().isConnected());
        }
    }

    @Test
    void filesThatAreNotWhatTheyShouldBeAreNamed() throws IOException {
        Map<String, Object> config = client("3.1.1", ours, "gateway-rsa");
        config.put("keyFile", ours.file("authority.crt").toString());
        assertProblem(config, "holds no private key in PKCS 8");
        config.put("keyFile", ours.file("nowhere.key").toString());
        assertProblem(config, "nowhere.key");
        config.remove("keyFile");
        assertProblem(config, "of certificateFile and keyFile only one is set");
        Path empty = Files.writeString(folder.resolve("empty.crt"), "");
        assertProblem(new HashMap<>(Map.of("tls", true, "caFile", empty.toString())), "holds no certificate");
        assertProblem(new HashMap<>(Map.of("caFile", empty.toString())), "tls is false");
    }

    private void assertProblem(Map<String, Object> config, String part) {
        config.put("name", "local");
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> MqttSettings.of(Rig.config(config), file -> Path.of(file)));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
