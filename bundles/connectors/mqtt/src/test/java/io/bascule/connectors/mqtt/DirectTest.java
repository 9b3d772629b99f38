/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.event.GatewayEvent;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.spi.Stage;
import io.bascule.connectors.mqtt.Mosquitto.Heard;
import io.bascule.connectors.mqtt.Mosquitto.Listener;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.FaultyProxy;
import io.bascule.testkit.driver.FaultyProxy.Fault;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sink without an outbox, over both versions of MQTT, heard by an independent client of a real broker. */
class DirectTest {

    @TempDir
    Path folder;

    private Mosquitto broker;
    private final Rig rig = new Rig();

    @BeforeEach
    void start() {
        broker = Mosquitto.open(folder);
    }

    @AfterEach
    void end() {
        rig.close();
        broker.close();
    }

    private static String config(String text) {
        return text.replace('\'', '"');
    }

    @ParameterizedTest(name = "MQTT {0}, QoS {1}")
    @CsvSource({"3.1.1,0", "3.1.1,1", "3.1.1,2", "5,0", "5,1", "5,2"})
    void readingsArriveAsJsonWhereTheTemplateSays(String version, int qos) throws FlowException {
        rig.connected(broker.port(), Map.of("version", version));
        Listener listener = broker.listen("plant/#");
        Channel channel = rig.number("press/oil/temperature");
        Stage sink =
                rig.sink(config("{'connection':'local','topic':'plant/{gateway}/{device}/{point}','qos':" + qos + "}"));
        sink.accept(Rig.batch(channel, 20.5, 21.5));
        List<Heard> heard = listener.await(2);
        assertEquals("plant/gw1/press/oil/temperature", heard.get(0).topic());
        assertEquals(qos, heard.get(0).qos());
        JsonObject reading = JsonParser.parseString(heard.get(1).payload()).getAsJsonObject();
        assertEquals("press/oil/temperature", reading.get("channel").getAsString());
        assertEquals(21.5, reading.get("value").getAsDouble());
        assertEquals("good", reading.get("quality").getAsString());
        assertEquals("degC", reading.get("unit").getAsString());
        assertEquals("2023-11-14T22:13:21.123456789Z", reading.get("time").getAsString());
        assertEquals(qos > 0, reading.has("id"));
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void manyMessagesArriveOnceEachAndInOrderThroughASmallWindow(String version) throws FlowException {
        MqttComponent connection = rig.connected(broker.port(), Map.of("version", version, "inFlightMax", 5));
        Listener listener = broker.listen("fast/#");
        Channel channel = rig.number("press/speed");
        Stage sink = rig.sink(config("{'connection':'local','topic':'fast/{point}','payload':'raw'}"));
        double[] values = new double[2000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        sink.accept(Rig.batch(channel, values));
        List<Heard> heard = listener.await(values.length);
        for (int i = 0; i < values.length; i++) {
            assertEquals(Double.toString(i), heard.get(i).payload());
        }
        Await.until("all are answered", () -> connection.state().sent().delivered() == values.length);
        assertEquals(0, connection.state().sent().flying());
    }

    @Test
    void aBatchBecomesOneMessageForEachTopicWithAtMostSoManyReadings() throws FlowException {
        rig.connected(broker.port(), Map.of());
        Listener listener = broker.listen("b/#");
        Channel press = rig.number("press/a");
        Stage sink = rig.sink(config("{'connection':'local','topic':'b/{device}','readings':2,'retain':true}"));
        sink.accept(Rig.batch(press, 1, 2, 3));
        List<Heard> heard = listener.await(2);
        JsonObject first = JsonParser.parseString(heard.get(0).payload()).getAsJsonObject();
        assertEquals(2, first.getAsJsonArray("readings").size());
        assertEquals(
                1,
                JsonParser.parseString(heard.get(1).payload())
                        .getAsJsonObject()
                        .getAsJsonArray("readings")
                        .size());
        List<Heard> kept = broker.listen("b/#").await(1);
        assertTrue(kept.get(0).isRetained(), "who comes later gets the last one");
    }

    @Test
    void messagesOfModulesGoWhereTheirTemplateSaysAndElseAreNotTaken() throws FlowException {
        rig.connected(broker.port(), Map.of());
        Listener listener = broker.listen("m/#");
        Stage sink = rig.sink(config("{'connection':'local','topic':'x','messages':'m/{flow}/{topic}'}"));
        assertTrue(sink.acceptMessage("state/pump", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertEquals(
                new Heard("m/flow1/state/pump", 1, false, "hello"),
                listener.await(1).get(0));
        assertFalse(rig.sink(config("{'connection':'local','topic':'x'}")).acceptMessage("t", new byte[0]));
    }

    @Test
    void aBrokerThatIsAwayFailsTheBatchWithTheReasonAndTheNextTryGoesOnWhereItStopped() throws FlowException {
        MqttComponent connection = rig.connected(broker.port(), Map.of());
        Channel channel = rig.number("press/speed");
        Stage sink = rig.sink(config("{'connection':'local','topic':'t/{point}','payload':'raw','waitMillis':100}"));
        broker.kill();
        Await.until("the loss is seen", () -> !connection.state().isConnected());
        var batch = Rig.batch(channel, 1, 2);
        FlowException failure = assertThrows(FlowException.class, () -> sink.accept(batch));
        assertTrue(failure.getMessage().contains("local is away"), failure.getMessage());
        broker.start();
        Await.until("the connection", () -> connection.state().isConnected());
        Listener listener = broker.listen("t/#");
        sink.accept(batch);
        assertEquals(
                List.of("1.0", "2.0"),
                listener.await(2).stream().map(Heard::payload).toList());
        assertEquals(
                List.of(
                        GatewayEvent.ConnectorConnected.TOPIC,
                        GatewayEvent.ConnectorDisconnected.TOPIC,
                        GatewayEvent.ConnectorConnected.TOPIC),
                rig.events.topics());
    }

    @ParameterizedTest(name = "MQTT {0}, {1}")
    @CsvSource({"3.1.1,CUT", "3.1.1,DROP", "3.1.1,GARBAGE", "3.1.1,HALF", "5,CUT", "5,DROP", "5,GARBAGE", "5,HALF"})
    void whateverTheNetworkDoesMessagesWithQos1ArriveAtLeastOnce(String version, Fault fault) throws FlowException {
        try (FaultyProxy proxy = new FaultyProxy(broker.port(), 42)) {
            MqttComponent connection = rig.connected(
                    proxy.port(), Map.of("version", version, "answerTimeoutMillis", 500, "timeoutMillis", 1000));
            Listener listener = broker.listen("t/#");
            Channel channel = rig.number("press/speed");
            Stage sink =
                    rig.sink(config("{'connection':'local','topic':'t/{point}','payload':'raw','waitMillis':20000}"));
            sink.accept(Rig.batch(channel, 0));
            proxy.set(fault);
            double[] values = new double[50];
            for (int i = 0; i < values.length; i++) {
                values[i] = i + 1;
            }
            // A cut link holds the flow back until it is there again.
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(() -> accept(sink, Rig.batch(channel, values)));
            Await.until(
                    "the loss is seen",
                    () -> !connection.state().isConnected()
                            || connection.state().connects() > 1);
            proxy.set(Fault.NONE);
            Set<String> wanted = new HashSet<>();
            for (int i = 0; i <= values.length; i++) {
                wanted.add(Double.toString(i));
            }
            Await.until("all arrive", () -> new HashSet<>(listener.payloads()).equals(wanted));
            Await.until("all are answered", () -> connection.state().sent().flying() == 0);
            assertEquals(0, connection.state().sent().lost());
            sending.join();
        }
    }

    private static void accept(Stage sink, Batch batch) {
        try {
            sink.accept(batch);
        } catch (FlowException e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void theWorldIsToldWhetherTheGatewayIsThere() {
        Listener listener = broker.listen("bascule/#");
        try (FaultyProxy proxy = new FaultyProxy(broker.port(), 42)) {
            MqttComponent connection = rig.connected(proxy.port(), Map.of());
            assertEquals(
                    new Heard("bascule/gw1/state", 1, false, "online"),
                    listener.await(1).get(0));
            // The broker itself says so: the gateway cannot any more.
            proxy.set(Fault.CUT);
            assertEquals("offline", listener.await(2).get(1).payload());
            proxy.set(Fault.NONE);
            assertEquals("online", listener.await(3).get(2).payload());
            rig.end(connection);
            assertEquals("offline", listener.await(4).get(3).payload());
            assertEquals(
                    List.of(new Heard("bascule/gw1/state", 1, true, "offline")),
                    broker.listen("bascule/#").await(1));
        }
    }
}
