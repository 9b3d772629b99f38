/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.core.driver.payload.StandardPayloadFormats;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.driver.FaultyProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver on its runtime, with mosquitto and its clients as the device. */
class MqttDriverTest {

    @TempDir
    Path folder;

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private final List<Process> processes = new ArrayList<>();
    private Broker broker;

    @BeforeEach
    void startBroker() throws Exception {
        broker = Broker.start(folder);
    }

    @AfterEach
    void end() {
        lanes.close();
        processes.forEach(p -> {
            p.descendants().forEach(ProcessHandle::destroyForcibly);
            p.destroyForcibly();
        });
        if (broker != null) {
            broker.close();
        }
        assertEquals(List.of(), registry.violations());
    }

    private RunningDevice start(String channels, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "device",
                "d",
                "broker",
                "tcp://127.0.0.1:" + broker.port(),
                "scanPeriodMillis",
                20,
                "timeoutMillis",
                20_000,
                "retryMinMillis",
                20,
                "retryMaxMillis",
                100,
                "channels",
                channels));
        settings.putAll(changes);
        return lanes.start(
                MqttComponent.PID,
                MqttComponent.NAME,
                TestConfig.with(settings),
                read -> MqttSettings.driver(read, new StandardPayloadFormats()));
    }

    private Reading last(String channel) {
        return registry.read(registry.find("d/" + channel).orElseThrow().handle());
    }

    private void await(String channel, Value value, Quality quality) {
        Await.until(
                channel + " " + value + " " + quality,
                () -> last(channel).value().equals(value)
                        && last(channel).quality().equals(quality));
    }

    private void await(String channel, Quality quality) {
        Await.until(channel + " " + quality, () -> last(channel).quality().equals(quality));
    }

    private Quality write(String channel, Value value) {
        FakeChannelRegistry.FakeSession session = registry.session("d").orElseThrow();
        int handle = session.channel("d/" + channel).handle();
        return session.writer()
                .write(List.of(new Reading(handle, value, Quality.GOOD, 0)))
                .get(0);
    }

    private List<Value> published(String channel) {
        return registry.session("d").orElseThrow().published("d/" + channel).stream()
                .filter(r -> r.quality().equals(Quality.GOOD))
                .map(Reading::value)
                .toList();
    }

    @Test
    void oneMessageServesAllChannelsOfItsTopicWhateverItsFormat() {
        broker.keep("d/json", "{\"t\":21.5,\"on\":\"yes\",\"at\":1772366400500}");
        broker.keep("d/csv", "7;8;9");
        broker.keep("d/raw", "text");
        try (RunningDevice device = start(
                "t=d/json(pointer=/t,timePointer=/at); on=d/json(pointer=/on,type=bool,on=yes,off=no);"
                        + " two=d/csv(column=2,separator=\";\",type=i64); raw=d/raw(type=text); no=d/json(pointer=/no)",
                Map.of())) {
            await("t", new Value.F64(21.5), Quality.GOOD);
            assertEquals(1_772_366_400_500_000_000L, last("t").timeNanos());
            await("on", new Value.Bool(true), Quality.GOOD);
            await("two", new Value.I64(8), Quality.GOOD);
            await("raw", new Value.Text("text"), Quality.GOOD);
            await("no", Quality.BAD_NODE_ID_UNKNOWN);
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void onChangeTellsOfEveryMessageInOrder() {
        try (RunningDevice device = start("v=d/v(type=i64,scan=on-change)", Map.of())) {
            Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
            List<Value> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                broker.publish("d/v", Integer.toString(i));
                expected.add(new Value.I64(i));
            }
            Await.until("all", () -> published("v").size() == expected.size());
            assertEquals(expected, published("v"));
            broker.publish("d/v", "garbage");
            await("v", new Value.I64(19), Quality.BAD_TYPE_MISMATCH);
            broker.publish("d/v", "20");
            await("v", new Value.I64(20), Quality.GOOD);
        }
    }

    @Test
    void aBrokerThatIsKilledAndComesBackIsSubscribedAgain() {
        broker.keep("d/a", "1");
        try (RunningDevice device = start("a=d/a; b=d/b(scan=on-change)", Map.of())) {
            await("a", new Value.F64(1), Quality.GOOD);
            for (int i = 2; i < 5; i++) {
                broker.kill();
                Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
                Await.until("attempts", () -> device.figures().attemptsFailed() >= 2);
                broker.start();
                Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED);
                broker.publish("d/a", Integer.toString(i));
                broker.publish("d/b", Integer.toString(10 * i));
                await("a", new Value.F64(i), Quality.GOOD);
                await("b", new Value.F64(10 * i), Quality.GOOD);
            }
            assertEquals(4, device.figures().connections());
        }
        assertNoThreads();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(t -> t.getKey().getName().contains("bascule-d-"))
                .map(t -> t.getKey().getName() + List.of(t.getValue()))
                .toList();
    }

    private static void assertNoThreads() {
        try {
            Await.until("the end of Paho's threads", () -> threads().isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ": " + threads(), e);
        }
    }

    @Test
    void aBrokerThatHangsUpAtOnceLeavesNoThreads() {
        try (FaultyProxy proxy = new FaultyProxy(broker.port(), 1);
                RunningDevice device = start("v=d/v", Map.of("broker", "tcp://127.0.0.1:" + proxy.port()))) {
            Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
            proxy.set(FaultyProxy.Fault.CUT);
            Await.until("attempts", () -> device.figures().attemptsFailed() >= 10);
            proxy.set(FaultyProxy.Fault.NONE);
            Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED);
        }
        assertNoThreads();
    }

    private Path keys(String name, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                folder.resolve(name + ".p12").toString(),
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit"));
        command.addAll(List.of(more));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        KeyStore store = KeyStore.getInstance(folder.resolve(name + ".p12").toFile(), "changeit".toCharArray());
        pem(name + ".pem", "CERTIFICATE", store.getCertificate(name).getEncoded());
        pem(
                name + ".key",
                "PRIVATE KEY",
                store.getKey(name, "changeit".toCharArray()).getEncoded());
        return folder.resolve(name + ".pem");
    }

    private void pem(String file, String what, byte[] content) throws Exception {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(
                folder.resolve(file), "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n");
    }

    @Test
    void brokersAreTrustedByTheirCertificateAndTrustTheDriverByItsOwn() throws Exception {
        Path server = keys("server", "-ext", "SAN=ip:127.0.0.1");
        Path client = keys("client");
        Path own = Files.createDirectory(folder.resolve("own"));
        try (Broker guarded = Broker.start(
                own,
                "allow_anonymous true",
                "certfile " + server,
                "keyfile " + folder.resolve("server.key"),
                "cafile " + client,
                "require_certificate true")) {
            Map<String, Object> right = Map.of(
                    "broker",
                    "ssl://127.0.0.1:" + guarded.port(),
                    "caFile",
                    server.toString(),
                    "keyStore",
                    folder.resolve("client.p12").toString(),
                    "keyStorePassword",
                    "changeit");
            try (RunningDevice device = start("v=d/v(writeTopic=d/v,writeQos=1)", right)) {
                Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
                assertEquals(Quality.GOOD, write("v", new Value.F64(7)));
                await("v", new Value.F64(7), Quality.GOOD);
            }
            Map<String, Object> nobody =
                    Map.of("broker", "ssl://127.0.0.1:" + guarded.port(), "caFile", server.toString());
            Map<String, Object> stranger =
                    Map.of("broker", "ssl://127.0.0.1:" + guarded.port(), "caFile", client.toString());
            for (Map<String, Object> wrong : List.of(nobody, stranger)) {
                try (RunningDevice device = start("v=d/v", wrong)) {
                    Await.until("attempts", () -> device.figures().attemptsFailed() >= 3);
                    assertTrue(
                            device.figures().reason().contains("CONNECT failed: "),
                            device.figures().reason());
                    assertEquals(0, device.figures().connections());
                }
            }
        }
        assertNoThreads();
    }

    @Test
    void theLastWillOfTheDeviceMarksItsChannels() throws Exception {
        broker.keep("d/state", "{\"s\":\"up\"}");
        broker.keep("d/v", "5");
        Process device = broker.clientWithWill("d/state", "{\"s\":\"down\"}");
        processes.add(device);
        try (RunningDevice running = start(
                "v=d/v; w=d/v(scan=on-change); set=d/set(writeTopic=d/set)",
                Map.of("stateTopic", "d/state", "statePointer", "/s", "stateOnline", "up", "stateOffline", "down"))) {
            await("v", new Value.F64(5), Quality.GOOD);
            await("w", new Value.F64(5), Quality.GOOD);
            Await.until("the device", () -> broker.logged("the-device") > 0);
            // Killed, so that the broker speaks for it.
            device.destroyForcibly();
            await("v", new Value.F64(5), Quality.BAD_NOT_CONNECTED);
            await("w", new Value.F64(5), Quality.BAD_NOT_CONNECTED);
            assertEquals(Quality.BAD_NOT_CONNECTED, write("set", new Value.F64(1)));
            assertEquals(ConnectionState.CONNECTED, running.figures().state());
            broker.keep("d/state", "{\"s\":\"up\"}");
            // What it said before it went may not be true any more.
            await("v", new Value.F64(5), Quality.UNCERTAIN_LAST_USABLE_VALUE);
            await("w", new Value.F64(5), Quality.UNCERTAIN_LAST_USABLE_VALUE);
            broker.publish("d/v", "6");
            await("v", new Value.F64(6), Quality.GOOD);
            await("w", new Value.F64(6), Quality.GOOD);
            assertEquals(Quality.GOOD, write("set", new Value.F64(1)));
        }
    }

    @Test
    void aDeviceThatIsAwayFromTheBeginningIsKnownToBe() {
        broker.keep("d/v", "5");
        broker.keep("d/state", "offline");
        try (RunningDevice device = start("v=d/v; w=d/v(scan=on-change)", Map.of("stateTopic", "d/state"))) {
            Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
            await("v", Quality.BAD_NOT_CONNECTED);
            await("w", Quality.BAD_NOT_CONNECTED);
            assertEquals(List.of(), published("v"));
            assertEquals(List.of(), published("w"));
        }
    }

    @Test
    void messagesThatTheBrokerKeptAreWorthWhatIsConfigured() {
        broker.keep("d/v", "5");
        try (RunningDevice device = start("v=d/v", Map.of("retained", "uncertain"))) {
            await("v", new Value.F64(5), Quality.UNCERTAIN_LAST_USABLE_VALUE);
            broker.publish("d/v", "6");
            await("v", new Value.F64(6), Quality.GOOD);
            assertEquals(1, device.figures().connections());
        }
        try (RunningDevice device = start("v=d/v", Map.of("retained", "ignore"))) {
            Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
            broker.publish("d/v", "7");
            await("v", new Value.F64(7), Quality.GOOD);
            assertEquals(List.of(new Value.F64(7)), published("v"));
        }
    }

    @Test
    void valuesArePublishedByTemplateAndKept() {
        try (RunningDevice device = start(
                "a=d/a(type=bool,on=ON,off=OFF,writeTopic=d/a/set,writeRetained=true,writeQos=2);"
                        + " b=d/b(pointer=/v,writeTopic=d/b/set,writeRetained=true,writeQos=0,template=\"{\"\"set\"\":{value}}\")",
                Map.of())) {
            Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
            assertEquals(Quality.GOOD, write("a", new Value.Bool(true)));
            assertEquals("ON", broker.kept("d/a/set"));
            assertEquals(Quality.GOOD, write("b", new Value.F64(2.5)));
            assertEquals("{\"set\":2.5}", broker.kept("d/b/set"));
        }
    }

    @Test
    void aWriteIsGoodWhenTheDeviceConfirmsIt() throws Exception {
        processes.add(broker.echo("d/a/set", "d/a/done", "{\\\"took\\\":$message}"));
        processes.add(broker.echo("d/b/set", "d/b/done", "{\\\"took\\\":99}"));
        try (RunningDevice device = start(
                "a=d/a(writeTopic=d/a/set,confirmTopic=d/a/done,confirmPointer=/took);"
                        + " b=d/b(writeTopic=d/b/set,confirmTopic=d/b/done,confirmPointer=/took);"
                        + " c=d/c(writeTopic=d/c/set,confirmTopic=d/c/done)",
                Map.of("timeoutMillis", 3000))) {
            Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
            Await.until("a confirmation", () -> write("a", new Value.F64(7)).equals(Quality.GOOD));
            Await.until("the next one", () -> write("a", new Value.F64(8)).equals(Quality.GOOD));
            Await.until("another value", () -> write("b", new Value.F64(7)).equals(Quality.UNCERTAIN));
            assertEquals(Quality.BAD_TIMEOUT, write("c", new Value.F64(7)));
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void aMessageThatIsTooLongIsNoValueAndCostsNoConnection() {
        broker.keep("d/v", "1".repeat(101));
        try (RunningDevice device = start("v=d/v; w=d/v(scan=on-change)", Map.of("payloadBytesMax", 100))) {
            await("v", Quality.BAD_CONFIGURATION_ERROR);
            await("w", Quality.BAD_CONFIGURATION_ERROR);
            broker.publish("d/v", "1");
            await("v", new Value.F64(1), Quality.GOOD);
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void aBrokerWithPasswordsTakesTheOneInTheFileAndTellsOfAWrongOne() throws Exception {
        Path passwords = folder.resolve("passwords");
        Process process = new ProcessBuilder("mosquitto_passwd", "-c", "-b", passwords.toString(), "ada", "s3cret")
                .redirectErrorStream(true)
                .start();
        assertEquals(0, process.waitFor());
        Path own = Files.createDirectory(folder.resolve("own"));
        Path secret = Files.writeString(folder.resolve("secret"), "s3cret\n");
        try (Broker guarded = Broker.start(own, "allow_anonymous false", "password_file " + passwords)) {
            Map<String, Object> right = Map.of(
                    "broker", "tcp://127.0.0.1:" + guarded.port(), "user", "ada", "password", "{file:" + secret + "}");
            try (RunningDevice device = start("v=d/v", right)) {
                Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
                Files.writeString(secret, "wrong");
                guarded.kill();
                Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
                guarded.start();
                Await.until("the reason", () -> device.figures().reason().contains("CONNECT failed: "));
                assertFalse(
                        device.figures().reason().contains("wrong"),
                        device.figures().reason());
                Files.writeString(secret, "s3cret");
                Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED);
            }
        }
        assertNoThreads();
        assertTrue(Files.exists(secret));
    }
}
