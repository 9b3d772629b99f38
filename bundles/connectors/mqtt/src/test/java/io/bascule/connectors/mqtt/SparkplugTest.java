/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelWriter.Write;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.spi.Stage;
import io.bascule.connectors.mqtt.SparkplugHost.Message;
import io.bascule.connectors.mqtt.SparkplugHost.Metric;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.FaultyProxy;
import io.bascule.testkit.driver.FaultyProxy.Fault;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway as an edge node, seen by a host that decodes with software of others, over a real broker. */
class SparkplugTest {

    private static final String SINK = "{\"connection\": \"local\", \"payload\": \"sparkplug\"}";
    private static final Map<String, Object> PLANT = Map.of("sparkplugGroup", "plant");

    @TempDir
    Path folder;

    private Mosquitto broker;
    private SparkplugHost host;
    private final Rig rig = new Rig();
    private DeviceSession press;

    @BeforeEach
    void start() {
        broker = Mosquitto.open(folder);
        host = SparkplugHost.start(broker.port());
        press = open(
                "press",
                "speed",
                ValueKind.F64,
                "count",
                ValueKind.I64,
                "on",
                ValueKind.BOOL,
                "name",
                ValueKind.TEXT,
                "key",
                ValueKind.BYTES);
        press.connected();
    }

    @AfterEach
    void end() {
        rig.close();
        host.close();
        broker.close();
    }

    private DeviceSession open(String device, Object... points) {
        List<DeviceDescriptor.Point> all = new java.util.ArrayList<>();
        for (int i = 0; i < points.length; i += 2) {
            all.add(new DeviceDescriptor.Point(
                    device + "/" + points[i], (ValueKind) points[i + 1], Channel.Access.READ_WRITE, "degC", ""));
        }
        return rig.registry.openDevice(new DeviceDescriptor(device, "test", all), requests -> {
            throw new AssertionError("the rig writes");
        });
    }

    private MqttComponent connected(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(PLANT);
        config.putAll(more);
        return rig.connected(broker.port(), config);
    }

    private Message birth(String device) {
        return host.await(
                "the birth of " + device,
                m -> m.type().endsWith("BIRTH") && m.device().equals(device));
    }

    private static Reading reading(Channel channel, Value value, Quality quality, long second) {
        return new Reading(channel.handle(), value, quality, Rig.TIME + second * 1_000_000_000L);
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void aHostReadsBirthsAndDataOfEveryType(String version) throws FlowException {
        Channel score = rig.number("score/press");
        press.publish(Batch.of(reading(press.channel("press/speed"), new Value.F64(12.5), Quality.GOOD, 0)));
        connected(Map.of("version", version));
        Message node = birth("");
        assertEquals("spBv1.0/plant/NBIRTH/gw1", node.topic());
        assertEquals(0, node.seq());
        assertEquals(0, node.qos());
        assertEquals(0, node.metric("bdSeq").number());
        assertEquals("Int64", node.metric("bdSeq").type());
        assertEquals(false, node.metric("Node Control/Rebirth").value());
        assertEquals(-1, node.metric("Node Control/Rebirth").alias());
        assertNull(node.metric("score/press").value());
        Message device = birth("press");
        assertEquals("spBv1.0/plant/DBIRTH/gw1/press", device.topic());
        assertEquals(12.5, device.metric("speed").number());
        assertEquals(192, device.metric("speed").quality());
        assertEquals("degC", device.metric("speed").properties().get("engUnit"));
        assertEquals(Rig.TIME / 1_000_000, device.metric("speed").timestamp());
        assertEquals(0, device.metric("count").quality());
        assertEquals(
                Map.of("speed", "Double", "count", "Int64", "on", "Boolean", "name", "String", "key", "Bytes"),
                device.metrics().stream().collect(Collectors.toMap(Metric::name, Metric::type)));
        Stage sink = rig.sink(SINK);
        sink.accept(Batch.of(
                reading(press.channel("press/speed"), new Value.F64(-0.1), Quality.GOOD, 1),
                reading(press.channel("press/count"), new Value.I64(Long.MIN_VALUE), Quality.UNCERTAIN, 2),
                reading(press.channel("press/on"), new Value.Bool(true), Quality.BAD_NOT_CONNECTED, 3),
                reading(press.channel("press/name"), new Value.Text("grün"), Quality.GOOD, 4),
                reading(press.channel("press/key"), new Value.Bytes(new byte[] {0, -1}), Quality.GOOD, 5),
                reading(press.channel("press/speed"), new Value.F64(Double.NaN), Quality.GOOD, 6),
                reading(score, new Value.F64(0.5), Quality.GOOD, 7)));
        Message data = host.await("data", m -> m.type().equals("DDATA"));
        assertEquals("spBv1.0/plant/DDATA/gw1/press", data.topic());
        assertEquals(
                List.of("-0.1", "-9223372036854775808", "true", "grün", "00ff", "NaN"),
                data.metrics().stream().map(m -> String.valueOf(m.value())).toList());
        assertEquals(
                List.of(-1, 500, 0, -1, -1, -1),
                data.metrics().stream().map(Metric::quality).toList());
        assertEquals(Rig.TIME / 1_000_000 + 3000, data.metrics().get(2).timestamp());
        assertEquals(device.metric("key").alias(), data.metrics().get(4).alias());
        assertFalse(data.metrics().get(0).isHistorical());
        Message ofNode = host.await("data of the node", m -> m.type().equals("NDATA"));
        assertEquals(0.5, ofNode.metrics().get(0).number());
        assertEquals(node.metric("score/press").alias(), ofNode.metrics().get(0).alias());
        SparkplugHost.requireValid(host.heard());
    }

    @Test
    void numbersGoRoundAndAHostThatAsksGetsAllBirthsAgain() throws FlowException {
        connected(Map.of());
        Stage sink = rig.sink("{\"connection\": \"local\", \"payload\": \"sparkplug\", \"readings\": 1}");
        Channel speed = press.channel("press/speed");
        sink.accept(Rig.batch(speed, new double[300]));
        Await.until("all data", () -> host.heard("DDATA").size() == 300);
        host.publish(
                "spBv1.0/plant/NCMD/gw1",
                "[{\"name\": \"Node Control/Rebirth\", \"type\": \"Boolean\", \"value\": true}]");
        Await.until("the births", () -> host.heard("NBIRTH", "DBIRTH").size() == 4);
        sink.accept(Rig.batch(speed, 1, 2));
        Await.until("more data", () -> host.heard("DDATA").size() == 302);
        List<Message> heard = host.heard();
        SparkplugHost.requireValid(heard);
        List<Message> births = host.heard("NBIRTH");
        assertEquals(0, births.get(1).seq());
        assertEquals(
                births.get(0).metric("bdSeq").number(),
                births.get(1).metric("bdSeq").number());
        assertEquals(List.of(), rig.writes);
    }

    @Test
    void aHostWritesByAliasAndByNameAndEachWriteHasItsResult() {
        rig.number("limits/high");
        Mosquitto.Listener replies = broker.listen("reply");
        connected(Map.of("replyTopic", "reply"));
        long alias = birth("press").metric("count").alias();
        host.publish(
                "spBv1.0/plant/DCMD/gw1/press",
                "[{\"alias\": " + alias + ", \"type\": \"Int64\", \"value\": 7},"
                        + "{\"name\": \"speed\", \"type\": \"Float\", \"value\": 1.5},"
                        + "{\"name\": \"speed\", \"type\": \"Int32\", \"value\": -3},"
                        + "{\"name\": \"on\", \"type\": \"Boolean\", \"value\": true},"
                        + "{\"name\": \"name\", \"type\": \"String\", \"value\": \"x\"},"
                        + "{\"name\": \"key\", \"type\": \"Bytes\", \"value\": \"00ff\"},"
                        + "{\"name\": \"count\", \"type\": \"Double\", \"value\": 1.5},"
                        + "{\"name\": \"forbidden\", \"type\": \"Double\", \"value\": 1},"
                        + "{\"alias\": 4711, \"type\": \"Double\", \"value\": 1}]");
        JsonArray results = JsonParser.parseString(replies.await(1).get(0).payload())
                .getAsJsonObject()
                .getAsJsonArray("results");
        assertEquals(
                List.of(
                        "press/count good",
                        "press/speed good",
                        "press/speed good",
                        "press/on good",
                        "press/name good",
                        "press/key good",
                        "press/count bad:type-mismatch",
                        "press/forbidden bad:user-access-denied",
                        "alias:4711 good"),
                results.asList().stream()
                        .map(r -> r.getAsJsonObject().get("channel").getAsString() + " "
                                + r.getAsJsonObject().get("quality").getAsString())
                        .toList());
        assertEquals(
                List.of(
                        new Write("press/count", new Value.I64(7)),
                        new Write("press/speed", new Value.F64(1.5)),
                        new Write("press/speed", new Value.F64(-3)),
                        new Write("press/on", new Value.Bool(true)),
                        new Write("press/name", new Value.Text("x")),
                        new Write("press/key", new Value.Bytes(new byte[] {0, -1}))),
                rig.writes.subList(0, 6));
        host.publish("spBv1.0/plant/NCMD/gw1", "[{\"name\": \"limits/high\", \"type\": \"Double\", \"value\": 9}]");
        replies.await(2);
        assertEquals(new Write("limits/high", new Value.F64(9)), rig.writes.get(rig.writes.size() - 1));
        host.publishText("spBv1.0/plant/DCMD/gw1/press", "no payload", false);
        String error = replies.await(3).get(2).payload();
        assertTrue(error.contains("no Sparkplug B payload"), error);
    }

    @Test
    void aLostConnectionIsADeathOfThatBirthAndTheNextBirthHasTheNextNumber() {
        try (FaultyProxy proxy = new FaultyProxy(broker.port(), 42)) {
            MqttComponent connection = rig.connected(proxy.port(), PLANT);
            // Without it the cut could come before the proxy has passed it on.
            birth("press");
            proxy.set(Fault.CUT);
            Message death = host.await("the death", m -> m.type().equals("NDEATH"));
            assertEquals(0, death.metric("bdSeq").number());
            proxy.set(Fault.NONE);
            Await.until("the second birth", () -> host.heard("NBIRTH").size() == 2);
            double second = host.heard("NBIRTH").get(1).metric("bdSeq").number();
            assertNotEquals(0, second);
            Await.until("the birth of the device", () -> host.heard("DBIRTH").size() == 2);
            rig.end(connection);
            Await.until("the death that the node itself says", () -> host.heard("NDEATH").stream()
                    .anyMatch(m -> m.metric("bdSeq").number() == second));
            SparkplugHost.requireValid(host.heard());
        }
    }

    @Test
    void devicesComeAndGoWithBirthAndDeath() throws FlowException {
        connected(Map.of());
        birth("press");
        press.disconnected("cable");
        host.await("its death", m -> m.type().equals("DDEATH") && m.device().equals("press"));
        press.connected();
        Await.until("its second birth", () -> host.heard("DBIRTH").size() == 2);
        DeviceSession oven = open("oven", "heat", ValueKind.F64);
        oven.connected();
        birth("oven");
        oven.close();
        host.await(
                "the oven's death", m -> m.type().equals("DDEATH") && m.device().equals("oven"));
        // What is on its way of a device that has gone is still said, after a birth.
        rig.sink(SINK).accept(Rig.batch(rig.registry.find("oven/heat").orElseThrow(), 200));
        host.await("its data", m -> m.type().equals("DDATA") && m.device().equals("oven"));
        SparkplugHost.requireValid(host.heard());
    }

    @Test
    void whatSettingsDoNotNameIsAnnouncedWhenAFlowSendsIt() throws FlowException {
        Channel score = rig.number("score/press");
        connected(Map.of("sparkplugChannels", "press/o*, press/speed"));
        assertEquals(2, birth("press").metrics().size());
        assertEquals(2, birth("").metrics().size());
        Stage sink = rig.sink(SINK);
        sink.accept(Rig.batch(press.channel("press/count"), 3));
        host.await("its data", m -> m.type().equals("DDATA"));
        assertEquals(3, host.heard("DBIRTH").get(1).metrics().size());
        sink.accept(Rig.batch(score, 3));
        host.await("its data", m -> m.type().equals("NDATA"));
        assertEquals(3, host.heard("NBIRTH").get(1).metrics().size());
        SparkplugHost.requireValid(host.heard());
    }

    @Test
    void whileThePrimaryHostIsAwayNothingIsSaidAndItsReturnIsABirth() {
        MqttComponent connection =
                rig.connect(broker.port(), Map.of("sparkplugGroup", "plant", "sparkplugHost", "scada"));
        Await.until("the reason", () -> connection.state().reason().contains("primary host 'scada'"));
        assertEquals(List.of(), host.heard());
        host.publishText("spBv1.0/STATE/scada", "{\"online\": true, \"timestamp\": 10}", true);
        birth("press");
        Await.until("the connection", () -> connection.state().isConnected());
        // An older death is passed over.
        host.publishText("spBv1.0/STATE/scada", "{\"online\": false, \"timestamp\": 9}", true);
        host.publishText("spBv1.0/STATE/scada", "{\"online\": false, \"timestamp\": 10}", true);
        host.await("the death", m -> m.type().equals("NDEATH"));
        Await.until("the reason", () -> connection.state().reason().contains("primary host 'scada'"));
        assertFalse(connection.state().isConnected());
        host.publishText("spBv1.0/STATE/scada", "{\"online\": true, \"timestamp\": 11}", true);
        Await.until("the second birth", () -> host.heard("DBIRTH").size() == 2);
        SparkplugHost.requireValid(host.heard());
    }

    @Test
    void aSinkAndItsConnectionMustFit() {
        rig.connected(broker.port(), Map.of());
        FlowException none = assertThrows(FlowException.class, () -> rig.sink(SINK));
        assertTrue(none.getMessage().contains("sparkplugGroup"), none.getMessage());
        IllegalArgumentException wrong = assertThrows(
                IllegalArgumentException.class,
                () -> rig.connect(Map.of(
                        "name",
                        "x",
                        "sparkplugGroup",
                        "a/b",
                        "sparkplugNode",
                        "",
                        "sparkplugQos",
                        2,
                        "sparkplugChannels",
                        "a,,b",
                        "sessionSeconds",
                        5)));
        for (String part : List.of(
                "sparkplugGroup is 'a/b'",
                "sparkplugNode is empty",
                "sparkplugQos is 2",
                "sparkplugChannels:",
                "session")) {
            assertTrue(wrong.getMessage().contains(part), part + " in: " + wrong.getMessage());
        }
    }
}
