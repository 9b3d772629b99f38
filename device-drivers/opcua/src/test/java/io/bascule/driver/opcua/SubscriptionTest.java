/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import static io.bascule.driver.opcua.Sessions.LIMIT;
import static io.bascule.driver.opcua.Sessions.address;
import static io.bascule.driver.opcua.Sessions.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.driver.opcua.Sessions.Heard;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What node-opcua tells by itself. */
class SubscriptionTest {

    @TempDir
    static Path folder;

    private static Peer peer;
    private static ClientThreads threads;

    @BeforeAll
    static void startPeer() {
        peer = Peer.start(folder.resolve("server"));
        threads = new ClientThreads();
    }

    @AfterAll
    static void endPeer() {
        if (peer != null) {
            peer.close();
            threads.close();
        }
    }

    private static List<Value> numbers(double... values) {
        return java.util.Arrays.stream(values).<Value>mapToObj(Value.F64::new).toList();
    }

    private static double number(Value value) {
        return ((Value.F64) value).value();
    }

    /** Writes values one after the other and waits until the last one was told to a subscription without a deadband. */
    private static void write(OpcUaDriver driver, Heard heard, int plain, String name, double... values)
            throws Exception {
        for (double value : values) {
            assertEquals(Quality.GOOD, Sessions.write(driver, address(name), new Value.F64(value)));
            Await.until("the news of " + value, () -> heard.values(plain).contains(new Value.F64(value)));
        }
    }

    @Test
    void theServerAppliesTheDeadbandInItsOwnUnit() throws Exception {
        OpcUaDriver driver = Sessions.connected(peer.endpoint(), threads);
        try {
            Sessions.write(driver, address("Level"), new Value.F64(0));
            Heard heard = new Heard();
            driver.subscribe(
                    List.of(
                            address("Level"),
                            address("Level", "deadband=1"),
                            // Two of the channel's unit are one of the server's.
                            address("Level", "deadband=2", "scale=2"),
                            // What a server does not do as the gateway does: all is told, and the gateway sorts it out.
                            address("Level", "deadband=10%"),
                            address("Level", "deadband=1", "maxInterval=1s")),
                    heard,
                    Deadline.after(LIMIT));
            Await.until("the first values", () -> heard.readings.size() >= 5);
            write(driver, heard, 0, "Level", 0.5, 0.9, 1.5, 2.4, 3.1);
            Await.until(
                    "the last value everywhere",
                    () -> heard.values(3).contains(new Value.F64(3.1))
                            && heard.values(4).contains(new Value.F64(3.1))
                            && heard.values(2).contains(new Value.F64(3.1)));
            assertEquals(numbers(0, 0.5, 0.9, 1.5, 2.4, 3.1), heard.values(0));
            assertEquals(numbers(0, 1.5, 3.1), heard.values(1));
            assertEquals(numbers(0, 1.5, 3.1), heard.values(2));
            assertEquals(numbers(0, 0.5, 0.9, 1.5, 2.4, 3.1), heard.values(3));
            assertEquals(numbers(0, 0.5, 0.9, 1.5, 2.4, 3.1), heard.values(4));
            assertEquals(List.of(), heard.lost);
        } finally {
            driver.disconnect();
        }
    }

    @Test
    void aDeadbandThatTheServerRefusesIsLeftToTheGateway() throws Exception {
        OpcUaDriver driver = Sessions.connected(peer.endpoint(), threads);
        try {
            Heard heard = new Heard();
            driver.subscribe(List.of(address("Any", "deadband=5"), address("Any")), heard, Deadline.after(LIMIT));
            Await.until("the first values", () -> heard.readings.size() >= 2);
            write(driver, heard, 1, "Any", 2, 3);
            Await.until("small changes", () -> heard.values(0).equals(numbers(1, 2, 3)));
        } finally {
            driver.disconnect();
        }
    }

    @Test
    void unknownNodesAreToldWithTheirStatusAndSpoilNoOther() throws Exception {
        OpcUaDriver driver = Sessions.connected(peer.endpoint(), threads);
        try {
            Heard heard = new Heard();
            driver.subscribe(
                    List.of(address("Missing"), address("Counter"), address("Worn"), address("Dead")),
                    heard,
                    Deadline.after(LIMIT));
            Await.until("counts", () -> heard.values(1).size() > 5);
            Await.until("the others", () -> !heard.values(2).isEmpty() && heard.missing.size() == 2);
            assertEquals(Map.of(0, Quality.BAD_NODE_ID_UNKNOWN, 3, Quality.BAD_SENSOR_FAILURE), heard.missing);
            assertEquals(
                    Quality.UNCERTAIN_SENSOR_NOT_ACCURATE,
                    heard.readings.stream()
                            .filter(r -> r.channel() == 3)
                            .findFirst()
                            .orElseThrow()
                            .quality());
        } finally {
            driver.disconnect();
        }
    }

    @Test
    void everyValueBetweenTwoMessagesIsToldInOrderUpToTheQueue() throws Exception {
        OpcUaDriver driver = Sessions.connected(
                Map.of("endpoint", peer.endpoint(), "securityPolicy", "none", "publishingIntervalMillis", 500),
                threads,
                new Browser());
        try {
            Heard heard = new Heard();
            driver.subscribe(List.of(address("Counter", "sampling=20ms", "queue=50")), heard, Deadline.after(LIMIT));
            Await.until("counts", () -> heard.values(0).size() > 40);
            List<Value> values = heard.values(0);
            for (int i = 1; i < values.size(); i++) {
                assertTrue(number(values.get(i)) > number(values.get(i - 1)), values.toString());
            }
            // The server counts every 50 ms and is asked every 20 ms; it may be late. Only the last of each message
            // would be
            // one of ten.
            double counted = number(values.get(values.size() - 1)) - number(values.get(0));
            assertTrue(counted < 3 * values.size(), values.toString());
        } finally {
            driver.disconnect();
        }
    }

    @Test
    void anotherChannelListOnTheSameConnectionIsHeardAndTheOldOneIsNot() throws Exception {
        OpcUaDriver driver = Sessions.connected(peer.endpoint(), threads);
        try {
            Heard first = new Heard();
            driver.subscribe(List.of(address("Counter")), first, Deadline.after(LIMIT));
            Await.until("counts", () -> first.values(0).size() > 3);
            Heard second = new Heard();
            driver.subscribe(List.of(address("Temperature"), address("Counter")), second, Deadline.after(LIMIT));
            // The server is told to end the old one, and does so when it comes to it.
            Await.until("that only the new subscription is told", () -> {
                int before = first.readings.size();
                int heard = second.values(1).size();
                Await.until("counts", () -> second.values(1).size() > heard + 10);
                return first.readings.size() == before;
            });
            assertEquals(List.of(), first.lost);
            assertEquals(List.of(), second.lost);
        } finally {
            driver.disconnect();
        }
    }

    /** OPC UA's own percentage is one of a range that the node may have; ours is one of the last value, on every driver. */
    @Test
    void aDeadbandInPercentOfTheLastValueIsComputedByTheGateway() throws Exception {
        FakeChannelRegistry registry = new FakeChannelRegistry();
        LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
        OpcUaDriver hand = Sessions.connected(peer.endpoint(), threads);
        Sessions.write(hand, address("Level"), new Value.F64(100));
        String level = "\"" + Sessions.MACHINE + "Level\"(scan=on-change";
        try (RunningDevice device = lanes.start(
                OpcUaComponent.PID,
                OpcUaComponent.NAME,
                TestConfig.with(Map.of(
                        "device",
                        "plc",
                        "endpoint",
                        peer.endpoint(),
                        "securityPolicy",
                        "none",
                        "publishingIntervalMillis",
                        50,
                        "timeoutMillis",
                        20_000,
                        "channels",
                        "all=" + level + "); some=" + level + ",deadband=10%)")),
                settings -> new OpcUaDriver(OpcUaSettings.read(settings), threads, new Browser()))) {
            List<Value> values = numbers(100, 105, 109, 111, 120, 100.5, 99, -99, -105);
            for (int i = 0; i < values.size(); i++) {
                Value value = values.get(i);
                long heard = i + 1L;
                assertEquals(Quality.GOOD, Sessions.write(hand, address("Level"), value));
                Await.until(
                        "the news of " + value + " on both channels",
                        () -> lastOf(registry, "plc/all").equals(value)
                                && good(registry, "plc/some").size()
                                                + device.figures().suppressed()
                                        >= heard);
            }
            assertEquals(numbers(100, 111, 99, -99), good(registry, "plc/some"));
            assertEquals(values, good(registry, "plc/all"));
            assertEquals(5, device.figures().suppressed());
        } finally {
            hand.disconnect();
            lanes.close();
        }
        assertEquals(List.of(), registry.violations());
    }

    private static Value lastOf(FakeChannelRegistry registry, String channel) {
        return registry.read(registry.find(channel).orElseThrow().handle()).value();
    }

    private static List<Value> good(FakeChannelRegistry registry, String channel) {
        return registry.session("plc").orElseThrow().published(channel).stream()
                .filter(r -> r.quality().equals(Quality.GOOD))
                .map(io.bascule.api.channel.Reading::value)
                .toList();
    }

    @Test
    void aKilledServerIsLostAtOnceAndAfterItsRestartReadsAndSubscriptionsComeBack() {
        FakeChannelRegistry registry = new FakeChannelRegistry();
        LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
        try (RunningDevice device = lanes.start(
                OpcUaComponent.PID,
                OpcUaComponent.NAME,
                TestConfig.with(Map.of(
                        "device",
                        "plc",
                        "endpoint",
                        peer.endpoint(),
                        "securityPolicy",
                        "none",
                        "scanPeriodMillis",
                        50,
                        "publishingIntervalMillis",
                        50,
                        "timeoutMillis",
                        20_000,
                        "retryMinMillis",
                        50,
                        "retryMaxMillis",
                        200,
                        "channels",
                        "scanned=\"" + Sessions.MACHINE + "Counter\"; told=\"" + Sessions.MACHINE
                                + "Counter\"(scan=on-change)")),
                settings -> new OpcUaDriver(OpcUaSettings.read(settings), threads, new Browser()))) {
            Await.until("readings", () -> count(registry, "plc/scanned") > 3 && count(registry, "plc/told") > 3);
            for (int round = 1; round <= 2; round++) {
                peer.kill();
                Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
                assertTrue(
                        device.figures().reason().contains(peer.endpoint()),
                        device.figures().reason());
                int scanned = count(registry, "plc/scanned");
                int told = count(registry, "plc/told");
                peer.restart();
                Await.until("readings by scans", () -> count(registry, "plc/scanned") > scanned + 3);
                Await.until("readings by subscription", () -> count(registry, "plc/told") > told + 3);
                int most = 1 + round;
                Await.until("connection " + most, () -> device.figures().connections() >= most);
            }
        } finally {
            lanes.close();
        }
        assertEquals(List.of(), registry.violations());
    }

    private static int count(FakeChannelRegistry registry, String channel) {
        return registry.session("plc").orElseThrow().published(channel).size();
    }
}
