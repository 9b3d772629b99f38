/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.ChannelWriter.Result;
import io.bascule.api.channel.ChannelWriter.Write;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.api.security.Subject;
import io.bascule.testkit.FakeChannelRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RulesTest {

    private final FakeChannelRegistry channels = new FakeChannelRegistry();
    private final List<Batch> sent = new ArrayList<>();
    private final List<Alert> raised = new ArrayList<>();
    private final List<Write> written = new ArrayList<>();
    private final List<Subject> writers = new ArrayList<>();
    private Quality answer = Quality.GOOD;
    private final int temperature;
    private final int speed;

    RulesTest() {
        channels.openDevice(
                new DeviceDescriptor(
                        "press",
                        "test",
                        List.of(
                                new DeviceDescriptor.Point(
                                        "press/temperature", ValueKind.F64, Channel.Access.READ, "degC", ""),
                                new DeviceDescriptor.Point("press/speed", ValueKind.I64, Channel.Access.READ, "", ""))),
                DeviceWriter.READ_ONLY);
        temperature = channels.find("press/temperature").orElseThrow().handle();
        speed = channels.find("press/speed").orElseThrow().handle();
    }

    private Map<String, StageFactory> all() {
        ChannelWriter writer = (subject, writes) -> {
            writers.add(subject);
            written.addAll(writes);
            return writes.stream()
                    .map(w -> new Result(w.channel(), answer, answer.equals(Quality.GOOD) ? "" : "not granted"))
                    .toList();
        };
        AlertRegistry alerts = new AlertRegistry() {
            @Override
            public Entry raise(Alert alert) {
                raised.add(alert);
                return new Entry(1, alert, Instant.EPOCH, null);
            }

            @Override
            public List<Entry> list() {
                return List.of();
            }

            @Override
            public long raisedTotal() {
                return 0;
            }

            @Override
            public long droppedTotal() {
                return 0;
            }

            @Override
            public Optional<Entry> acknowledge(long id, String by) {
                return Optional.empty();
            }
        };
        return Rules.all(channels, writer, alerts);
    }

    private StageFactory type(String name) {
        return Optional.ofNullable(all().get(name)).orElseThrow();
    }

    private Stage stage(String name, String config) throws FlowException {
        assertEquals(List.of(), type(name).validate(config));
        return type(name).open("flow", "rule", config, new StageOutput() {
            @Override
            public void send(Batch batch) {
                if (!batch.isEmpty()) {
                    sent.add(batch);
                }
            }

            @Override
            public void sendMessage(String topic, byte[] payload) {}
        });
    }

    private Batch temperatures(double... values) {
        Batch.Builder builder = Batch.builder(values.length);
        for (int i = 0; i < values.length; i++) {
            builder.add(temperature, values[i], i * 1_000_000L);
        }
        return builder.build();
    }

    private List<Double> sentValues() {
        List<Double> values = new ArrayList<>();
        sent.forEach(batch -> {
            for (int i = 0; i < batch.size(); i++) {
                values.add(batch.asDouble(i));
            }
        });
        return values;
    }

    @Test
    void filterLetsThroughWhatMeetsAllConditionsAndAWholeBatchAsItIs() throws Exception {
        Stage stage = stage("filter", "{\"channels\":[\"press/temp*\"],\"quality\":\"good\",\"above\":1,\"below\":9}");
        Batch whole = temperatures(2, 3);
        stage.accept(whole);
        assertSame(whole, sent.get(0));

        stage.accept(Batch.of(
                new Reading(temperature, new Value.F64(0), Quality.GOOD, 0),
                new Reading(temperature, new Value.F64(5), Quality.GOOD, 0),
                new Reading(temperature, new Value.F64(6), Quality.BAD, 0),
                new Reading(speed, new Value.I64(7), Quality.GOOD, 0),
                new Reading(temperature, new Value.F64(8), Quality.GOOD, 0)));

        assertEquals(List.of(2.0, 3.0, 5.0, 8.0), sentValues());
    }

    @Test
    void deadbandLetsThroughChangesBeyondTheBandAndEveryChangeOfQuality() throws Exception {
        Stage stage = stage("deadband", "{\"absolute\":1}");

        stage.accept(temperatures(10, 10.5, 11, 11.5, 11.6, 10.4));
        stage.accept(Batch.of(new Reading(temperature, new Value.F64(10.4), Quality.BAD, 0)));

        assertEquals(List.of(10.0, 11.5, 10.4, 10.4), sentValues());
    }

    @Test
    void deadbandSpeaksAfterALongSilence() throws Exception {
        Stage stage = stage("deadband", "{\"percent\":50,\"maxSilenceMillis\":2}");

        stage.accept(temperatures(10, 11, 12, 13, 14));

        assertEquals(List.of(10.0, 12.0, 14.0), sentValues());
    }

    @Test
    void scaleComputesAndMakesDoublesOfWholeNumbers() throws Exception {
        Stage stage = stage("scale", "{\"factor\":1.8,\"offset\":32,\"channels\":[\"press/*\"]}");

        stage.accept(Batch.of(
                new Reading(temperature, new Value.F64(100), Quality.GOOD, 7),
                new Reading(speed, new Value.I64(10), Quality.UNCERTAIN_LAST_USABLE_VALUE, 8)));

        assertEquals(
                List.of(
                        new Reading(temperature, new Value.F64(212), Quality.GOOD, 7),
                        new Reading(speed, new Value.F64(50), Quality.UNCERTAIN_LAST_USABLE_VALUE, 8)),
                sent.get(0).readings());
    }

    @Test
    void thresholdRaisesOnceUntilTheValueHasComeBackByTheHysteresis() throws Exception {
        Stage stage = stage("threshold", "{\"above\":80,\"hysteresis\":5,\"severity\":700}");

        stage.accept(temperatures(79, 81, 79, 82, 75, 83));

        assertEquals(List.of(81.0, 83.0), raised.stream().map(Alert::value).toList());
        Alert first = raised.get(0);
        assertEquals("flow/rule", first.source());
        assertEquals(700, first.severity());
        assertEquals("press/temperature", first.channel());
        assertEquals("press/temperature is 81.0, above 80.0", first.text());
        assertEquals(6, sentValues().size());
    }

    @Test
    void alertRaisesWhenAnAlarmComesAndNotWhileItStays() throws Exception {
        Stage stage = stage("alert", "{\"text\":\"pump {channel} failed\"}");

        stage.accept(temperatures(0, 1, 1, 0, 2));

        assertEquals(2, raised.size());
        assertEquals("pump press/temperature failed", raised.get(0).text());
    }

    @Test
    void publishPutsReadingsOfDevicesBehindAPrefixAndVirtualOnesWhereTheySay() throws Exception {
        Stage stage = stage("publish", "{\"prefix\":\"filtered\"}");
        Channel own = channels.openVirtual("score", ValueKind.F64, "");

        stage.accept(Batch.of(
                new Reading(temperature, new Value.F64(20), Quality.GOOD, 1),
                new Reading(own.handle(), new Value.F64(0.5), Quality.GOOD, 2)));

        Channel published = channels.find("filtered/press/temperature").orElseThrow();
        assertEquals("degC", published.unit());
        assertEquals(new Value.F64(20), channels.read(published.handle()).value());
        assertEquals(new Value.F64(0.5), channels.read(own.handle()).value());
    }

    @Test
    void writeWritesGoodReadingsAsTheFlowInTheTypeOfTheChannelAndFailsWhenAWriteDoes() throws Exception {
        Stage stage = stage("write", "{\"channels\":{\"press/temperature\":\"press/speed\"}}");

        stage.accept(Batch.of(
                new Reading(temperature, new Value.F64(20), Quality.GOOD, 1),
                new Reading(temperature, new Value.F64(99), Quality.BAD, 1)));

        assertEquals(List.of(new Write("press/speed", new Value.I64(20))), written);
        assertEquals(List.of(Subject.flow("flow")), writers);
        answer = Quality.BAD_USER_ACCESS_DENIED;
        FlowException e = assertThrows(FlowException.class, () -> stage.accept(temperatures(1)));
        assertTrue(String.valueOf(e.getMessage()).contains("not granted"), e::toString);
    }

    @Test
    void everyRuleSaysWhatIsWrongWithItsConfiguration() {
        assertEquals(List.of("/channels"), paths("filter", "{\"channels\":[\"\"]}"));
        assertEquals(List.of(""), paths("deadband", "{}"));
        assertEquals(List.of(""), paths("scale", "{}"));
        assertEquals(List.of("/below"), paths("threshold", "{\"above\":1,\"below\":2}"));
        assertEquals(List.of("/severity"), paths("alert", "{\"severity\":1001}"));
        assertEquals(List.of("/prefix"), paths("publish", "{\"prefix\":\"/a\"}"));
        assertEquals(List.of(""), paths("write", "{}"));
        assertEquals(List.of("/perSecond", "/x"), paths("log", "{\"perSecond\":0,\"x\":1}"));
    }

    private List<String> paths(String type, String config) {
        return type(type).validate(config).stream().map(FlowProblem::path).toList();
    }
}
