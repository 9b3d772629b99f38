/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.samples.average;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.spi.ModuleConfig;
import io.bascule.api.module.spi.Output;
import io.bascule.testkit.FakeChannelRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class AverageTest implements Output {

    private final FakeChannelRegistry channels = new FakeChannelRegistry();
    private final int channel =
            channels.openVirtual("press/temperature", ValueKind.F64, "").handle();
    private final List<Double> values = new ArrayList<>();
    private final List<Batch> batches = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();
    private final List<Alert> alerts = new ArrayList<>();

    private Average average(String json) throws ModuleException {
        return new Average(Average.Settings.read(ModuleConfig.of(Map.of()).with(json)), channels);
    }

    private void send(Average average, double... readings) {
        Batch.Builder batch = Batch.builder(readings.length);
        for (int i = 0; i < readings.length; i++) {
            batch.add(channel, readings[i], i * 1_000_000_000L);
        }
        average.process(batch.build(), this);
    }

    @Test
    void averagesTheLastReadings() throws Exception {
        send(average("{\"window\":4}"), 4, 8, 12, 16, 16, 11);

        assertEquals(List.of(4.0, 6.0, 8.0, 10.0, 13.0, 13.75), values);
    }

    @Test
    void raisesOneAlertUntilTheAverageHasFallen() throws Exception {
        send(average("{\"window\":1,\"threshold\":10,\"hysteresis\":2}"), 11, 12, 9, 11, 8, 11);

        assertEquals(2, alerts.size());
        assertEquals("press/temperature", alerts.get(0).channel());
        assertEquals(700, alerts.get(0).severity());
        assertEquals(
                "average of the last 1 readings is 11.00, above 10.00",
                alerts.get(0).text());
    }

    @Test
    void handsOnWhatItCannotAverage() throws Exception {
        Average average = average("{\"window\":2}");
        Reading bad = new Reading(channel, new Value.F64(7), Quality.BAD, 1);
        Reading nan = new Reading(channel, new Value.F64(Double.NaN), Quality.GOOD, 2);
        Reading text = new Reading(channel, new Value.Text("on"), Quality.GOOD, 3);
        average.process(Batch.of(bad, nan, text), this);

        assertEquals(List.of(bad, nan, text), batches.get(0).readings());

        average.process(Batch.of(new Reading(channel, new Value.I64(4), Quality.GOOD, 4)), this);
        assertEquals(4.0, batches.get(1).asDouble(0));
    }

    @Test
    void leavesOutWhatComesTooSoonAndReportsIt() throws Exception {
        Average average = average("{\"sampling_rate\":0.5,\"report_every\":3}");
        send(average, 1, 2, 3);

        assertEquals(List.of(1.0, 2.0), values);
        assertEquals(
                List.of(
                        "average-native/counts={\"readings\":3,\"averaged\":2,\"skipped\":1,\"unusable\":0,\"alerts\":0,"
                                + "\"average\":2.000000}"),
                messages);
    }

    @Test
    void sendsToTheOutputChannelOrNothingChangesWhenDisabled() throws Exception {
        send(average("{\"output\":\"press/average\"}"), 5);
        send(average("{\"enabled\":false}"), 6, 7);

        assertEquals(
                channels.find("press/average").orElseThrow().handle(),
                batches.get(0).channel(0));
        assertEquals(List.of(5.0, 6.0, 7.0), values);
    }

    @Test
    void aSuccessorGoesOnWithTheStateAlsoInAnotherWindow() throws Exception {
        Average before = average("{\"window\":4}");
        send(before, 1, 2, 3, 4, 5, 6);
        Average same = average("{\"window\":4}");
        Average smaller = average("{\"window\":2}");
        same.restore(before.snapshot());
        smaller.restore(before.snapshot());
        values.clear();

        send(before, 7);
        send(same, 7);
        send(smaller, 7);

        assertEquals(List.of(5.5, 5.5, 6.5), values);
        assertEquals(0, Arrays.compare(before.snapshot(), same.snapshot()));
    }

    @Test
    void refusesStateThatItDoesNotKnow() throws Exception {
        Average average = average("");
        send(average, 1, 2);
        byte[] state = average.snapshot();
        byte[] otherFormat = state.clone();
        otherFormat[0] = 9;

        assertThrows(ModuleException.class, () -> average("").restore(otherFormat));
        assertThrows(ModuleException.class, () -> average("").restore(Arrays.copyOf(state, state.length - 1)));
        assertThrows(ModuleException.class, () -> average("").restore(Arrays.copyOf(state, state.length + 1)));
        assertThrows(ModuleException.class, () -> average("").restore(new byte[0]));
    }

    @Test
    void refusesSettingsOutOfRange() {
        ModuleException e = assertThrows(ModuleException.class, () -> average("{\"window\":65}"));

        assertTrue(String.valueOf(e.getMessage()).contains("'window' is 65; expected a whole number from 1 to 64"));
    }

    @Test
    void passesItsOwnTest() throws Exception {
        Average.test(channels);
    }

    @Test
    void consolesShowTheDefaultsThatTheCodeHas() throws Exception {
        NodeList attributes = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(AverageConfig.class.getResourceAsStream(
                        "/OSGI-INF/metatype/" + AverageConfig.class.getName() + ".xml"))
                .getElementsByTagName("AD");
        Map<String, Object> defaults = new HashMap<>();
        for (int i = 0; i < attributes.getLength(); i++) {
            Element attribute = (Element) attributes.item(i);
            defaults.put(attribute.getAttribute("id"), attribute.getAttribute("default"));
        }

        assertEquals(7, defaults.size());
        assertEquals(
                Average.Settings.read(ModuleConfig.of(Map.of())), Average.Settings.read(ModuleConfig.of(defaults)));
    }

    @Override
    public void readings(Batch batch) {
        batches.add(batch);
        for (int i = 0; i < batch.size(); i++) {
            values.add(batch.asDouble(i));
        }
    }

    @Override
    public void message(String topic, byte[] payload) {
        messages.add(topic + "=" + new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void alert(Alert alert) {
        alerts.add(alert);
    }
}
