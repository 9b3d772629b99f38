/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.api.channel.ChannelWriter.Write;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.security.Subject;
import io.bascule.connectors.mqtt.Mosquitto.Listener;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes that come over MQTT go through the one way to write, and every one is answered. */
class CommandsTest {

    private static final String COMMAND = "bascule/gw1/command";

    @TempDir
    Path folder;

    private Mosquitto broker;
    private final Rig rig = new Rig();

    @BeforeEach
    void start() {
        broker = Mosquitto.open(folder);
        rig.number("press/setpoint");
        rig.registry.openVirtual("press/count", ValueKind.I64, "");
        rig.registry.openVirtual("press/on", ValueKind.BOOL, "");
        rig.registry.openVirtual("press/name", ValueKind.TEXT, "");
        rig.registry.openVirtual("press/key", ValueKind.BYTES, "");
        rig.number("press/forbidden");
    }

    @AfterEach
    void end() {
        rig.close();
        broker.close();
    }

    private Listener connected(String version) {
        rig.connected(
                broker.port(),
                Map.of(
                        "version",
                        version,
                        "commandTopic",
                        "bascule/{gateway}/command",
                        "replyTopic",
                        "bascule/{gateway}/reply"));
        return broker.listen("bascule/gw1/reply");
    }

    private static JsonObject reply(Listener listener, int number) {
        return JsonParser.parseString(listener.await(number).get(number - 1).payload())
                .getAsJsonObject();
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void eachWriteOfACommandHasItsOwnResult(String version) {
        Listener replies = connected(version);
        broker.publish(COMMAND, """
                {"id": "7", "writes": [
                  {"channel": "press/setpoint", "value": 12},
                  {"channel": "press/count", "value": 1.5},
                  {"channel": "press/forbidden", "value": 1},
                  {"channel": "press/on", "value": true},
                  {"channel": "press/count", "value": 9007199254740993},
                  {"channel": "press/name", "value": "a"},
                  {"channel": "press/key", "value": "00ff"}]}""");
        JsonObject reply = reply(replies, 1);
        assertEquals("7", reply.get("id").getAsString());
        JsonArray results = reply.getAsJsonArray("results");
        assertEquals(
                List.of("good", "bad:type-mismatch", "bad:user-access-denied", "good", "good", "good", "good"),
                results.asList().stream()
                        .map(r -> r.getAsJsonObject().get("quality").getAsString())
                        .toList());
        assertTrue(results.get(1).toString().contains("a whole number"), results.toString());
        assertFalse(results.get(2).getAsJsonObject().get("ok").getAsBoolean());
        assertEquals(
                List.of(
                        new Write("press/setpoint", new Value.F64(12)),
                        new Write("press/forbidden", new Value.F64(1)),
                        new Write("press/on", new Value.Bool(true)),
                        new Write("press/count", new Value.I64(9007199254740993L)),
                        new Write("press/name", new Value.Text("a")),
                        new Write("press/key", new Value.Bytes(new byte[] {0, -1}))),
                rig.writes);
        assertTrue(rig.subjects.stream().allMatch(Subject.module("mqtt-local")::equals), rig.subjects.toString());
    }

    @Test
    void aCommandThatComesTwiceIsAnsweredTwiceAndWrittenOnce() {
        Listener replies = connected("3.1.1");
        String command = "{\"id\": \"a\", \"writes\": [{\"channel\": \"press/setpoint\", \"value\": 1}]}";
        broker.publish(COMMAND, command);
        broker.publish(COMMAND, command);
        assertEquals(reply(replies, 1), reply(replies, 2));
        assertEquals(1, rig.writes.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no json",
                "[]",
                "{}",
                "{\"writes\": []}",
                "{\"writes\": [{\"channel\": \"press/setpoint\"}]}",
                "{\"writes\": [{\"channel\": 1, \"value\": 1}]}",
                "{\"id\": {}, \"writes\": [{\"channel\": \"press/setpoint\", \"value\": 1}]}",
                "{\"delete\": \"everything\", \"writes\": [{\"channel\": \"press/setpoint\", \"value\": 1}]}"
            })
    void whatIsNoCommandIsAnsweredWithWhatWasExpected(String payload) {
        Listener replies = connected("3.1.1");
        broker.publish(COMMAND, payload);
        String error = reply(replies, 1).get("error").getAsString();
        assertTrue(error.contains("expected"), error);
        assertEquals(List.of(), rig.writes);
    }

    @Test
    void aRetainedCommandIsRefusedWhenTheConnectionFindsIt() {
        broker.publish(
                COMMAND, "{\"id\": \"old\", \"writes\": [{\"channel\": \"press/setpoint\", \"value\": 1}]}", "-r");
        Listener replies = broker.listen("bascule/gw1/reply");
        rig.connected(broker.port(), Map.of("commandTopic", COMMAND, "replyTopic", "bascule/{gateway}/reply"));
        JsonObject reply = reply(replies, 1);
        assertEquals("old", reply.get("id").getAsString());
        assertTrue(reply.get("error").getAsString().contains("retained"), reply.toString());
        assertEquals(List.of(), rig.writes);
    }

    @Test
    void withMqtt5TheAnswerGoesWhereTheQuestionSays() {
        connected("5");
        Listener mine = broker.listen("my/replies");
        broker.publish(
                COMMAND,
                "{\"writes\": [{\"channel\": \"press/setpoint\", \"value\": 1}]}",
                "-V",
                "mqttv5",
                "-D",
                "publish",
                "response-topic",
                "my/replies",
                "-D",
                "publish",
                "correlation-data",
                "c1");
        assertEquals(
                "good",
                reply(mine, 1)
                        .getAsJsonArray("results")
                        .get(0)
                        .getAsJsonObject()
                        .get("quality")
                        .getAsString());
    }
}
