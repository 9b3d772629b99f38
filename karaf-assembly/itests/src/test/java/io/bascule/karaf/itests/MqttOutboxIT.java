/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.testkit.FreePort;
import io.bascule.testkit.SmallDisk;
import io.bascule.testkit.driver.FaultyProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a flow put into its outbox on the distribution while the broker was away: kill -9, a full disk, the broker's return. */
@Timeout(900)
class MqttOutboxIT {

    private static final String DEVICE = "etc/io.bascule.driver.simulator-press.cfg";
    private static final byte[] FLOW = """
            {"name":"out","stages":[
              {"id":"in","type":"channels","channels":["press/*"]},
              {"id":"out","type":"mqtt","onFault":"retry",
               "config":{"connection":"plant","topic":"out/{point}","durable":true}}],
             "edges":[{"from":"in","to":"out"}]}
            """.getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private MqttClients clients;
    private int brokerPort;
    private FaultyProxy proxy;
    private MortalGateway gateway;

    @BeforeEach
    void prepare() throws IOException {
        clients = new MqttClients();
        brokerPort = FreePort.tcp();
        // Behind it there is no broker until the test starts one.
        proxy = new FaultyProxy(brokerPort, 42);
        proxy.set(FaultyProxy.Fault.CUT);
    }

    @AfterEach
    void close() {
        if (gateway != null) {
            gateway.close();
        }
        if (proxy != null) {
            proxy.close();
        }
        if (clients != null) {
            clients.close();
        }
    }

    private void unpack(String name, int readingsPerSecond, int drainPerSecond)
            throws IOException, InterruptedException {
        gateway = MortalGateway.unpack(name, home -> {
            MortalGateway.prepare(home, "count=counter(start=1)", 100);
            Files.writeString(
                    home.resolve(DEVICE),
                    "readingsPerSecond = " + readingsPerSecond + "\nbatchSize = 10\n",
                    StandardOpenOption.APPEND);
            Files.writeString(home.resolve("etc/io.bascule.connectors.mqtt-plant.cfg"), """
                    name = plant
                    port = %d
                    drainPerSecond = %d
                    retryMaxMillis = 1000
                    """.formatted(
                            proxy.port(), drainPerSecond));
            Files.write(home.resolve("etc/flows/out.json"), FLOW);
        });
    }

    /** A figure of the outbox; 0 while nobody has opened it. */
    private long outbox(String figure) {
        return figure(outbox(), figure);
    }

    private static long figure(JsonObject outbox, String figure) {
        return outbox.has(figure) ? outbox.get(figure).getAsLong() : 0;
    }

    /** All its figures at one moment; none while nobody has opened it. */
    private JsonObject outbox() {
        try {
            for (var each :
                    gateway.json("bascule:store-info --json").getAsJsonObject().getAsJsonArray("outboxes")) {
                if (each.getAsJsonObject().get("name").getAsString().equals("mqtt-plant")) {
                    return each.getAsJsonObject();
                }
            }
            return new JsonObject();
        } catch (IOException e) {
            throw new AssertionError("the shell does not answer", e);
        }
    }

    /** Starts the broker and a client that is there before the gateway is. */
    private List<String> startBroker() throws IOException, InterruptedException {
        clients.broker(folder, brokerPort);
        // A client that finds no broker at its start gives up.
        gateway.await("the broker listens", this::isBrokerThere);
        String port = Integer.toString(brokerPort);
        List<String> heard = clients.listen(port, "out/#");
        List<String> probe = clients.listen(port, "probe");
        gateway.await("the broker and its client", () -> {
            try {
                return clients.publish(port, "probe", "x") == 0
                        && clients.publish(port, "out/probe", "x") == 0
                        && !probe.isEmpty()
                        && heard.contains("out/probe x");
            } catch (IOException e) {
                throw new AssertionError("mosquitto_pub does not run", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        });
        return heard;
    }

    private boolean isBrokerThere() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), brokerPort)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Nothing new is read from now on. */
    private void takeTheDeviceAway() throws IOException {
        Files.delete(gateway.home().resolve(DEVICE));
    }

    /** The values in the order in which they came first, by the id of their message; a second time it is the same message. */
    private static Map<String, Long> values(List<String> heard) {
        Map<String, Long> values = new LinkedHashMap<>();
        Map<String, String> whole = new LinkedHashMap<>();
        for (String line : heard) {
            if (!line.startsWith("out/count ")) {
                continue;
            }
            JsonObject reading = JsonParser.parseString(line.substring("out/count ".length()))
                    .getAsJsonObject();
            String id = reading.get("id").getAsString();
            String before = whole.putIfAbsent(id, line);
            assertTrue(before == null || before.equals(line), () -> "id " + id + ": " + before + " and " + line);
            values.putIfAbsent(id, reading.get("value").getAsLong());
        }
        return values;
    }

    @Test
    void killedAgainAndAgainWhileTheBrokerIsAwayAndWhileItIsBackNoStoredReadingIsMissing()
            throws IOException, InterruptedException {
        unpack("mqtt-killed", 100, 300);
        gateway.boot();
        long stored = 0;
        for (int round = 0; round < 2; round++) {
            long before = stored;
            gateway.await("readings in the outbox", () -> outbox("messages") > before + 300);
            stored = outbox("messages");
            gateway.kill();
            gateway.boot();
            long expected = stored;
            gateway.await("the outbox", () -> outbox("messages") > 0);
            long found = outbox("messages");
            assertTrue(found >= expected, found + " messages of " + expected + " acknowledged");
        }
        List<String> heard = startBroker();
        proxy.set(FaultyProxy.Fault.NONE);
        gateway.await("some arrive", () -> heard.size() > 100);
        // In the midst of it: what the broker has and the outbox does not know of comes again.
        gateway.kill();
        takeTheDeviceAway();
        gateway.boot();
        gateway.await("the outbox is empty", () -> values(heard).size() > 600 && outbox("messages") == 0);
        assertEquals(0, outbox("dropped"));
        Map<String, Long> values = values(heard);
        long expected = stored;
        assertTrue(values.size() >= expected, values.size() + " arrived of " + expected + " stored");
        // Each run of the simulator counts up by one; the flow hears it from the moment at which it is open itself.
        // What came out of order would look like a run more.
        long last = 0;
        int runs = 0;
        for (long value : values.values()) {
            if (runs == 0 || value <= last) {
                runs++;
            } else {
                assertEquals(last + 1, value, "without a gap, run " + runs);
            }
            last = value;
        }
        // A fourth begins before the gateway sees that the device's file is gone.
        assertTrue(runs == 3 || runs == 4, runs + " runs left something");
    }

    @Test
    void onAFullDiskTheOldestAreDroppedAndCountedAndAllOthersArrive() throws IOException, InterruptedException {
        unpack("mqtt-full", 2000, 0);
        SmallDisk disk = SmallDisk.mount(gateway.home().resolve("store"), 12);
        try {
            gateway.boot();
            gateway.await("messages", () -> outbox("messages") > 1000);
            disk.fill();
            gateway.await("messages that had to go", () -> outbox("dropped") > 2000);
            takeTheDeviceAway();
            JsonObject figures = awaitTheEndOfNewOnes();
            long dropped = figure(figures, "dropped");
            long left = figure(figures, "messages");
            assertEquals(0, figure(figures, "refused"));
            assertTrue(left > 100, left + " left");
            // The disk is still full, and stays so.
            gateway.kill();
            gateway.boot();
            gateway.await("the outbox", () -> outbox("messages") > 0);
            assertEquals(left, outbox("messages"), "after a kill");
            List<String> heard = startBroker();
            proxy.set(FaultyProxy.Fault.NONE);
            gateway.await(
                    "all arrive",
                    () -> outbox("messages") == 0 && readings(heard).size() >= left);
            List<JsonObject> readings = readings(heard);
            assertEquals(left, readings.size());
            assertEquals(dropped, outbox("dropped"), "what arrived is not dropped");
            List<Long> values = goodValues(readings);
            assertTrue(values.size() > 100, values.size() + " good values");
            for (int i = 1; i < values.size(); i++) {
                assertEquals(values.get(i - 1) + 1, values.get(i), "the newest stay, in order and without a gap");
            }
        } finally {
            gateway.close();
            gateway = null;
            disk.close();
        }
    }

    /** Returns the figures then: what the flow gave is there or counted. */
    private JsonObject awaitTheEndOfNewOnes() throws InterruptedException {
        gateway.await("the device is gone", () -> gateway.list("bascule:device-list --json").stream()
                .noneMatch(each -> MortalGateway.text(each, "name").equals("press")));
        long[] before = {-1};
        JsonObject[] figures = {new JsonObject()};
        gateway.await("what is left and what was dropped is what the flow gave", () -> {
            figures[0] = outbox();
            long stored = figure(figures[0], "messages") + figure(figures[0], "dropped");
            long given = gateway.counter("out", "out", "readingsIn");
            boolean isOver = given == before[0] && given == stored;
            before[0] = given;
            return isOver;
        });
        return figures[0];
    }

    /** What arrived, of whatever quality, each once, in the order in which it came first. */
    private static List<JsonObject> readings(List<String> heard) {
        Map<String, JsonObject> readings = new LinkedHashMap<>();
        for (String line : heard) {
            int start = line.indexOf('{');
            if (start > 0) {
                JsonObject reading =
                        JsonParser.parseString(line.substring(start)).getAsJsonObject();
                readings.putIfAbsent(reading.get("id").getAsString(), reading);
            }
        }
        return new ArrayList<>(readings.values());
    }

    private static List<Long> goodValues(List<JsonObject> readings) {
        return readings.stream()
                .filter(each -> MortalGateway.text(each, "quality").equals("good"))
                .map(each -> each.get("value").getAsLong())
                .toList();
    }
}
