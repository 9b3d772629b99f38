/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.FakeChannelRegistry;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatorSettingsTest {

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final LaneDriverRuntime runtime = new LaneDriverRuntime(registry);

    @AfterEach
    void close() {
        runtime.close();
    }

    private void read(String attribute, Object value) {
        Map<String, Object> values =
                new HashMap<>(Map.of("device", "sim", "channels", new String[] {"a=constant(value=1)"}));
        values.put(attribute, value);
        new SimulatorDriver(runtime, TestConfig.with(values), InstantSource.system());
    }

    private String problem(String attribute, Object value) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> read(attribute, value))
                .getMessage());
    }

    @Test
    void needsOnlyADeviceAndAChannelAndItsDefaultsAreThoseOfTheForm() {
        DeviceSettings none = new DeviceSettings(Map.of());
        DeviceSettings form = new DeviceSettings(TestConfig.with(Map.of()));
        assertEquals(SimulatorSettings.of(none), SimulatorSettings.of(form));
        assertEquals(List.of(), form.problems());
        assertEquals(1_000_000_000, SimulatorSettings.of(form).scanNanos());
        read("device", "sim");
        assertEquals("sim/a", registry.list().get(0).name());
        assertEquals(1_000_000_000, runtime.list().get(0).scans().get(0).periodNanos());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "device | '' | is not valid",
                "channels | '' | name no channel",
                "channels | temperature | is not written as NAME=ADDRESS",
                "channels | a=cosine() | there is no function 'cosine'",
                "channels | a=sine(perod=1s) | there is no option [perod]",
                "channels | a=sine(period=1) | is not a time such as",
                "channels | a=sine(period=0s) | must be more than 0",
                "channels | a=sine(min=2,max=1) | is more than max",
                "channels | a=sine(min=x) | is not a number",
                "channels | a=sine(min=NaN) | is not a finite number",
                "channels | a=sine(min=1,min=2) | is given twice",
                "channels | a=sine(min) | is not written as option=value",
                "channels | a=square(duty=2) | is not within 0 to 1",
                "channels | a=constant(kind=text) | expected f64, i64 or bool",
                "channels | a=setpoint(initial=5,max=4) | is not within",
                "channels | x y=constant() | is not valid",
                "channels | a=constant();a=constant() | 'a' is there twice",
                "faults | fire() | there is no fault 'fire'",
                "faults | bad(channel=b) | is none of [a]",
                "faults | bad(quality=green) | expected one of",
                "faults | bad(every=1s,for=2s) | at + for is more than every",
                "faults | bad(probability=2) | is not within 0 to 1",
                "faults | spike(quality=bad) | has no argument [quality]"
            })
    void saysWhatIsWrongWithAText(String attribute, String value, String problem) {
        String message = problem(attribute, attribute.equals("device") ? value : new String[] {value});
        assertTrue(message.contains(problem), message);
    }

    @ParameterizedTest
    @CsvSource({
        "scanPeriodMillis, 0", "scanPeriodMillis, 86400001", "samplesPerScan, 0", "samplesPerScan, 65537",
        "readingsPerSecond, -1", "readingsPerSecond, 100000001", "batchSize, 0", "batchSize, 65537"
    })
    void saysWhichNumberIsOutOfRange(String attribute, int value) {
        String message = problem(attribute, value);
        assertTrue(message.contains(attribute + " is " + value), message);
    }

    @Test
    void saysEverythingThatIsWrongAtOnce() {
        String message = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> new SimulatorDriver(
                                runtime,
                                TestConfig.with(Map.of(
                                        "channels", new String[] {"a=constant();b=cosine()"},
                                        "faults", new String[] {"fire()"},
                                        "batchSize", 0)),
                                InstantSource.system()))
                .getMessage());
        assertTrue(message.contains("4 problems"), message);
    }
}
