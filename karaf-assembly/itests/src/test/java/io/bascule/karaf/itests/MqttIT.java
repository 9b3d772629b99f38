/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The way out of the booted distribution, seen by Debian's MQTT clients at the broker of the demo. */
@Story
@Timeout(600)
class MqttIT {

    private static final int FIRST = 1;

    private Gateway gateway;
    private String port = "";
    private MqttClients clients;

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        clients = new MqttClients();
        gateway = Gateway.boot("mqtt", home -> {
            Gateway.replace(
                    home.resolve("etc/io.bascule.driver.replay-machine.cfg"), "speed = 86400", "speed = 864000");
            Path connection = home.resolve("etc/io.bascule.connectors.mqtt-local.cfg");
            Files.writeString(connection, """
                    commandTopic = bascule/{gateway}/command
                    replyTopic = bascule/{gateway}/reply
                    retryMaxMillis = 1000
                    """, java.nio.file.StandardOpenOption.APPEND);
            port = Files.readAllLines(connection).stream()
                    .filter(line -> line.startsWith("port = "))
                    .map(line -> line.substring("port = ".length()))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(home.resolve("etc/io.bascule.driver.simulator-press.cfg"), """
                    device = press
                    channels = speed=sine(period=10s,min=0,max=50);target=setpoint(initial=0,min=0,max=10)
                    scanPeriodMillis = 100
                    """);
        });
    }

    @AfterAll
    void close() {
        if (clients != null) {
            clients.close();
        }
        if (gateway != null) {
            gateway.close();
        }
    }

    private List<String> listen(String filter) throws IOException {
        return clients.listen(port, filter);
    }

    private static JsonObject payload(String line) {
        return JsonParser.parseString(line.substring(line.indexOf(' ') + 1)).getAsJsonObject();
    }

    @Test
    @Order(FIRST)
    void theDemoShowsReadingsScoresAndAlertsWithoutInstallingAnything() throws IOException, InterruptedException {
        gateway.await("the gateway is online", () -> isOnline());
        List<String> heard = listen("bascule/demo/#");
        for (String topic : List.of("machine/temperature ", "machine/anomaly-score ", "alert ")) {
            gateway.await(topic, () -> heard.stream().anyMatch(line -> line.startsWith("bascule/demo/" + topic)));
        }
        JsonObject alert = payload(heard.stream()
                .filter(line -> line.startsWith("bascule/demo/alert "))
                .findFirst()
                .orElseThrow());
        assertTrue(alert.get("severity").getAsInt() > 0, alert.toString());
        assertEquals(0, gateway.stageCounter("machine-temperature", "out", "faults"));
    }

    private boolean isOnline() {
        try {
            List<String> state = listen("bascule/demo/state");
            for (int i = 0; i < 20 && state.isEmpty(); i++) {
                java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
            }
            return state.contains("bascule/demo/state online");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Order(2)
    void theBrokerListensOnTheLoopbackInterfaceOnly() throws IOException {
        List<String> listeners = Listeners.of(gateway.process().pid());
        // The kernel's table has ports in hexadecimal.
        String end = String.format(":%04X", Integer.parseInt(port));
        assertTrue(listeners.stream().anyMatch(listener -> listener.endsWith(end)), listeners.toString());
        for (String listener : listeners) {
            assertTrue(Listeners.isLoopback(listener), listener + " of " + listeners);
        }
    }

    @Test
    @Order(3)
    void aCommandIsRefusedUntilItIsGrantedAndThenWritesTheDevice() throws IOException, InterruptedException {
        List<String> replies = listen("bascule/demo/reply");
        String command = "{\"writes\": [{\"channel\": \"press/target\", \"value\": 7.5}]}";
        gateway.await("a refusal", () -> ask(command, replies).contains("bad:user-access-denied"));
        gateway.ok("bascule:grant mqtt-local channel-write press/target");
        gateway.await("the write", () -> ask(command, replies).contains("\"quality\":\"good\""));
        gateway.await(
                "the value", () -> shell("bascule:channel-read press/target").contains("7.5"));
    }

    private String shell(String command) {
        try {
            return gateway.shell(command).output();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Publishes a command and returns the newest reply. */
    private String ask(String command, List<String> replies) {
        try {
            int before = replies.size();
            assertEquals(0, clients.publish(port, "bascule/demo/command", command));
            for (int i = 0; i < 30 && replies.size() == before; i++) {
                java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
            }
            return replies.isEmpty() ? "" : replies.get(replies.size() - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    @Test
    @Order(4)
    void aDurableSinkGoesThroughTheStoreOfTheDistributionInOrder() throws IOException, InterruptedException {
        List<String> heard = listen("durable/#");
        gateway.put("etc/flows/durable.json", """
                {"name": "durable",
                 "stages": [{"id": "in", "type": "channels", "channels": ["press/speed"]},
                            {"id": "out", "type": "mqtt",
                             "config": {"connection": "local", "topic": "durable/{point}", "durable": true}}],
                 "edges": [{"from": "in", "to": "out"}]}
                """.getBytes(StandardCharsets.UTF_8));
        gateway.await("some arrive", () -> heard.size() >= 50);
        List<String> ids = new ArrayList<>();
        List<String> times = new ArrayList<>();
        for (String line : heard) {
            ids.add(payload(line).get("id").getAsString());
            times.add(payload(line).get("time").getAsString());
        }
        assertEquals(ids.size(), Set.copyOf(ids).size(), "an id for each reading");
        assertEquals(
                times.stream().map(Instant::parse).sorted().toList(),
                times.stream().map(Instant::parse).toList());
        assertTrue(Files.exists(gateway.home().resolve("store/outbox.db")));
        assertEquals(0, gateway.stageCounter("durable", "out", "faults"));
    }

    @Test
    @Order(5)
    void nothingElseWasDisturbed() throws IOException {
        String log = Files.readString(gateway.home().resolve("data/log/karaf.log"));
        assertFalse(log.contains("NoClassDefFoundError"), "a class of the broker is missing");
        assertEquals("RUNNING", gateway.flowState("machine-temperature"));
    }
}
