/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations of connections and sinks, and templates of topics: what is right and what is said of the rest. */
class SettingsTest {

    private static MqttSettings settings(Map<String, Object> values) {
        return MqttSettings.of(Rig.config(values), Path::of);
    }

    @Test
    void aNameIsAllThatAConnectionNeeds() {
        MqttSettings settings = settings(Map.of("name", "local"));
        assertEquals("mqtt://127.0.0.1:1883", settings.link().toString());
        assertFalse(settings.isVersion5());
        assertEquals("bascule/gateway/state", settings.stateTopic());
        assertEquals("", settings.commandTopic());
        assertEquals(100, settings.inFlightMax());
        assertEquals(0, settings.drainPerSecond());
        assertNotEquals(
                settings.link().clientId(),
                settings(Map.of("name", "local")).link().clientId());
    }

    @Test
    void everyProblemIsReportedAtOnce() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> settings(Map.of(
                        "name", "A b",
                        "host", " ",
                        "port", 0,
                        "version", "4",
                        "inFlightMax", 0,
                        "retryMinMillis", 500,
                        "retryMaxMillis", 100,
                        "password", "x",
                        "stateTopic", "a/#",
                        "replyTopic", "r/{device}")));
        for (String part : List.of(
                "name is 'A b'",
                "host is empty",
                "port is 0",
                "version is '4'",
                "inFlightMax is 0",
                "retryMaxMillis is 100",
                "no user",
                "stateTopic: 'a/#'",
                "replyTopic: 'r/{device}'",
                "commandTopic is not")) {
            assertTrue(e.getMessage().contains(part), part + " in: " + e.getMessage());
        }
    }

    @ParameterizedTest(name = "{0} for {1} is {2}")
    @CsvSource({
        "{channel}, press/oil/temp, press/oil/temp",
        "a/{device}/{point}/z, press/oil/temp, a/press/oil/temp/z",
        "{device}/{point}, alone, alone/alone",
        "{gateway}/{flow}/{stage}, x/y, g_1/f/s",
        "plain, x/y, plain"
    })
    void templatesAreFilledIn(String template, String channel, String topic) {
        Set<String> words = Set.of("channel", "device", "point", "gateway", "flow", "stage");
        Map<String, String> fixed = Map.of("gateway", "g#1", "flow", "f", "stage", "s");
        Channel of = new Channel(1, channel, "press", ValueKind.F64, Channel.Access.READ, "", "");
        assertEquals(topic, TopicTemplate.parse(template, words).of(of, fixed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/+/b", "a/#", "$SYS/x", "{", "{channel", "a}", "{nothing}", "{}"})
    void whatIsNoTopicIsRefusedWithWhatWasExpected(String text) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TopicTemplate.parse(text, Set.of("channel")));
        assertTrue(e.getMessage().contains("expected"), e.getMessage());
    }

    @Test
    void aSinkHasDefaultsForAllButConnectionAndTopic() {
        List<FlowProblem> problems = new ArrayList<>();
        Optional<SinkConfig> read = SinkConfig.read("{\"connection\":\"local\",\"topic\":\"t\"}", problems);
        assertEquals(List.of(), problems);
        SinkConfig config = read.orElseThrow();
        assertEquals("json", config.format().word());
        assertEquals(1, config.qos());
        assertEquals(1, config.readingsMax());
        assertFalse(config.isRetained());
        assertFalse(config.isDurable());
        assertEquals(5000, config.patience().toMillis());
        assertTrue(config.messages().isEmpty());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                                                        | expected an object",
                "{}                                                        | /connection /topic",
                "{'connection':'a','topic':'t','colour':1}                 | /colour",
                "{'connection':'a','topic':'t/{topic}'}                    | /topic",
                "{'connection':'a','topic':'t','messages':'{channel}'}     | /messages",
                "{'connection':'a','topic':'t','payload':'xml'}            | /payload",
                "{'connection':'a','topic':'t','payload':'raw','readings':2} | /readings",
                "{'connection':'a','topic':'t','qos':3}                    | /qos",
                "{'connection':'a','topic':'t','qos':1.5}                  | /qos",
                "{'connection':'a','topic':'t','qos':0,'durable':true}     | /qos",
                "{'connection':'a','topic':'t','durable':true,'waitMillis':1} | /waitMillis",
                "{'connection':'a','payload':'sparkplug','topic':'t','qos':1,'retain':false} | /topic /qos /retain",
                "{'connection':1,'topic':'t','retain':'yes'}               | /connection /retain"
            })
    void problemsOfASinkSayWhere(String config, String expected) {
        List<FlowProblem> problems = new ArrayList<>();
        assertTrue(SinkConfig.read(config.replace('\'', '"'), problems).isEmpty());
        String told = problems.toString();
        for (String part : expected.startsWith("/") ? List.of(expected.split(" ", -1)) : List.of(expected)) {
            assertTrue(told.contains(part), told);
        }
    }

    @Test
    void aFlowWaitsForItsConnection() {
        try (Rig rig = new Rig()) {
            FlowException e =
                    assertThrows(FlowException.class, () -> rig.sink("{\"connection\":\"plant\",\"topic\":\"t\"}"));
            assertTrue(e.getMessage().contains("etc/io.bascule.connectors.mqtt-plant.cfg"), e.getMessage());
        }
    }

    @Test
    void twoConnectionsCannotHaveOneName() {
        try (Rig rig = new Rig()) {
            rig.connect(1, Map.of());
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> rig.connect(1, Map.of()));
            assertTrue(e.getMessage().contains("another name"), e.getMessage());
        }
    }
}
