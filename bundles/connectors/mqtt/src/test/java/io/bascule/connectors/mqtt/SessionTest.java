/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.ChannelWriter.Write;
import io.bascule.api.channel.Value;
import io.bascule.api.flow.FlowException;
import io.bascule.connectors.mqtt.Mosquitto.Listener;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.FaultyProxy;
import io.bascule.testkit.driver.FaultyProxy.Fault;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that are published while the gateway is away wait at the broker, where that is wanted. */
class SessionTest {

    private static final String COMMAND = "bascule/gw1/command";

    @TempDir
    Path folder;

    private Mosquitto broker;
    private final Rig rig = new Rig();

    @BeforeEach
    void start() {
        broker = Mosquitto.open(folder);
        rig.number("press/setpoint");
    }

    @AfterEach
    void end() {
        rig.close();
        broker.close();
    }

    private static Map<String, Object> config(String version, int sessionSeconds) {
        return new HashMap<>(Map.of(
                "version", version,
                "clientId", "gw1",
                "sessionSeconds", sessionSeconds,
                "commandTopic", COMMAND,
                "replyTopic", "bascule/gw1/reply"));
    }

    private void command(int value) {
        broker.publish(COMMAND, "{\"writes\": [{\"channel\": \"press/setpoint\", \"value\": " + value + "}]}");
    }

    private List<Value> written() {
        return rig.writes.stream().map(Write::value).toList();
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void aCommandPublishedWhileTheGatewayIsAwayIsCarriedOutAfterItsReturn(String version) {
        Listener replies = broker.listen("bascule/gw1/reply");
        MqttComponent connection = rig.connected(broker.port(), config(version, 3600));
        rig.end(connection);
        command(1);
        command(2);
        rig.connected(broker.port(), config(version, 3600));
        replies.await(2);
        assertEquals(List.of(new Value.F64(1), new Value.F64(2)), written());
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void soIsOnePublishedWhileTheNetworkIsCut(String version) {
        Listener replies = broker.listen("bascule/gw1/reply");
        try (FaultyProxy proxy = new FaultyProxy(broker.port(), 42)) {
            MqttComponent connection = rig.connected(proxy.port(), config(version, 3600));
            proxy.set(Fault.CUT);
            Await.until("the loss is seen", () -> !connection.state().isConnected());
            command(3);
            proxy.set(Fault.NONE);
            replies.await(1);
            assertEquals(List.of(new Value.F64(3)), written());
        }
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void withoutASessionItIsGone(String version) {
        Listener replies = broker.listen("bascule/gw1/reply");
        rig.end(rig.connected(broker.port(), config(version, 3600)));
        rig.end(rig.connected(broker.port(), config(version, 0)));
        command(4);
        rig.connected(broker.port(), config(version, 3600));
        command(5);
        replies.await(1);
        assertEquals(List.of(new Value.F64(5)), written());
    }

    @Test
    void aSessionNeedsANameAndSomethingToKeepAndNoQos2() throws FlowException {
        Map<String, Object> config = config("3.1.1", 60);
        config.put("clientId", "");
        config.put("commandTopic", "");
        config.put("replyTopic", "");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> rig.connect(broker.port(), config));
        assertTrue(e.getMessage().contains("clientId is not"), e.getMessage());
        assertTrue(e.getMessage().contains("commandTopic is not"), e.getMessage());
        rig.connected(broker.port(), config("3.1.1", 60));
        rig.sink("{\"connection\": \"local\", \"topic\": \"t\"}").close();
        FlowException refused = assertThrows(
                FlowException.class, () -> rig.sink("{\"connection\": \"local\", \"topic\": \"t\", \"qos\": 2}"));
        assertTrue(refused.getMessage().contains("sessionSeconds"), refused.getMessage());
    }
}
