/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.channel.event.GatewayEvent;
import io.bascule.api.flow.FlowException;
import io.bascule.connectors.mqtt.Mosquitto.Heard;
import io.bascule.connectors.mqtt.Mosquitto.Listener;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.FaultyProxy;
import io.bascule.testkit.driver.FaultyProxy.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventHandler;

/** Alerts, health and rights: what the connector tells and is told beside readings. */
class TellingTest {

    @TempDir
    Path folder;

    @Test
    void alertsArePublishedAlsoTheNewestOfThoseThatWereRaisedWhileTheBrokerWasAway() {
        try (Mosquitto broker = Mosquitto.open(folder);
                FaultyProxy proxy = new FaultyProxy(broker.port(), 42);
                Rig rig = new Rig()) {
            MqttComponent connection = rig.connected(proxy.port(), Map.of("alertTopic", "bascule/{gateway}/alert"));
            Listener listener = broker.listen("bascule/gw1/alert");
            EventHandler handler = (EventHandler) rig.services.get(EventHandler.class.getName());
            handler.handleEvent(raised(1));
            var json =
                    JsonParser.parseString(listener.await(1).get(0).payload()).getAsJsonObject();
            assertEquals(1, json.get("alert").getAsLong());
            assertEquals(600, json.get("severity").getAsInt());
            assertEquals("press/temperature", json.get("channel").getAsString());
            assertEquals("2023-11-14T22:13:20.123456789Z", json.get("time").getAsString());
            assertEquals("too hot", json.get("text").getAsString());
            proxy.set(Fault.CUT);
            Await.until("the loss is seen", () -> !connection.state().isConnected());
            for (int i = 2; i <= BrokerConnection.NOTES_MAX + 6; i++) {
                handler.handleEvent(raised(i));
            }
            assertEquals(5, connection.state().notesDropped());
            proxy.set(Fault.NONE);
            List<Heard> heard = listener.await(1 + BrokerConnection.NOTES_MAX);
            assertTrue(
                    heard.get(1).payload().contains("\"alert\":7,"),
                    heard.get(1).payload());
        }
    }

    private static Event raised(long id) {
        Alert alert = new Alert("flow/stage", 600, "press/temperature", Rig.TIME, 81.5, "too hot");
        var event =
                new GatewayEvent.AlertRaised(new AlertRegistry.Entry(id, alert, Instant.EPOCH, null), Instant.EPOCH);
        return new Event(event.topic(), event.properties());
    }

    @Test
    void healthIsThatOfTheConnection() {
        try (Mosquitto broker = Mosquitto.open(folder);
                Rig rig = new Rig()) {
            MqttComponent connection = rig.connected(broker.port(), Map.of());
            HealthCheck check = (HealthCheck) rig.services.get(HealthCheck.class.getName());
            assertEquals(Result.Status.OK, check.execute().getStatus());
            broker.kill();
            Await.until("the loss is seen", () -> !connection.state().isConnected());
            Result result = check.execute();
            assertEquals(Result.Status.CRITICAL, result.getStatus());
            assertTrue(result.toString().contains("not connected"), result.toString());
        }
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void whoHasNoRightToConnectIsToldWhyAndWithAPasswordIsLetIn(String version) throws IOException {
        // mosquitto takes plain passwords from a file only after mosquitto_passwd has hashed it.
        Path passwords = Files.writeString(folder.resolve("passwords"), "gw:secret\n");
        Mosquitto.hash(passwords);
        List<String> settings = List.of("allow_anonymous false", "password_file " + passwords);
        try (Mosquitto broker = Mosquitto.with(folder, settings, List.of("-u", "gw", "-P", "secret"));
                Rig rig = new Rig()) {
            MqttComponent stranger = rig.connect(broker.port(), Map.of("version", version));
            Await.until("the refusal", () -> stranger.state().reason().contains("uthorized"));
            rig.end(stranger);
            rig.connected(broker.port(), Map.of("version", version, "user", "gw", "password", "secret"));
        }
    }

    @Test
    void withMqtt5AMessageThatTheBrokerRefusesIsCountedAndHoldsNothingUp() throws IOException, FlowException {
        Path rights = Files.writeString(
                folder.resolve("rights"),
                "topic read #\ntopic write bascule/#\ntopic write ok/#\ntopic write probe/#\n");
        List<String> settings = List.of("allow_anonymous true", "acl_file " + rights);
        try (Mosquitto broker = Mosquitto.with(folder, settings, List.of());
                Rig rig = new Rig()) {
            MqttComponent connection = rig.connected(broker.port(), Map.of("version", "5"));
            Listener listener = broker.listen("#");
            Channel channel = rig.number("press/speed");
            rig.sink("{\"connection\":\"local\",\"topic\":\"forbidden\"}").accept(Rig.batch(channel, 1, 2));
            rig.sink("{\"connection\":\"local\",\"topic\":\"ok/{point}\"}").accept(Rig.batch(channel, 3));
            Await.until("the third arrives", () -> listener.heard().stream()
                    .anyMatch(h -> h.topic().equals("ok/speed")));
            Await.until("the refusals", () -> connection.state().sent().refused() == 2);
            // Who listens can hear of the third before its sender has the broker's answer.
            Await.until("nothing on its way", () -> connection.state().sent().flying() == 0);
        }
    }
}
