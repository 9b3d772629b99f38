/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatorSettingsTest {

    private static SimulatorSettings read(String attribute, Object value) {
        Map<String, Object> values =
                new HashMap<>(Map.of("device", "sim", "channels", new String[] {"a=constant(value=1)"}));
        values.put(attribute, value);
        return SimulatorSettings.of(TestConfig.with(values));
    }

    private static String problem(String attribute, Object value) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> read(attribute, value))
                .getMessage());
    }

    @Test
    void needsOnlyADeviceAndAChannel() {
        SimulatorSettings settings = read("device", "sim");
        assertEquals(1, settings.seed());
        assertEquals(1_000_000_000, settings.scanNanos());
        assertEquals(1, settings.samplesPerScan());
        assertEquals(0, settings.readingsPerSecond());
        assertEquals(256, settings.batchSize());
        assertEquals(List.of(), settings.faults());
        assertEquals("sim/a", settings.channels().get(0).description().channel());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "device | '' | is not valid",
                "channels | '' | channels is empty",
                "channels | temperature | is not written as NAME=FUNCTION",
                "channels | a=cosine() | there is no function 'cosine'",
                "channels | a=sine(perod=1s) | has no argument [perod]",
                "channels | a=sine(period=1) | is not a time such as",
                "channels | a=sine(period=0s) | must be more than 0",
                "channels | a=sine(min=2,max=1) | is more than max",
                "channels | a=sine(min=x) | is not a number",
                "channels | a=sine(min=NaN) | is not a finite number",
                "channels | a=sine(min=1,min=2) | is given twice",
                "channels | a=sine(min) | is not written as key=value",
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
        assertTrue(message.contains(SimulatorDriver.PID), message);
    }

    @ParameterizedTest
    @CsvSource({
        "scanPeriodMillis, 0", "scanPeriodMillis, 3600001", "samplesPerScan, 0", "samplesPerScan, 65537",
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
                        () -> SimulatorSettings.of(TestConfig.with(Map.of(
                                "channels", new String[] {"a=constant();b=cosine()"},
                                "faults", new String[] {"fire()"},
                                "batchSize", 0))))
                .getMessage());
        assertTrue(message.contains("4 problems"), message);
    }
}
