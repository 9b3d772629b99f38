/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.ValueKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplaySettingsTest {

    private static ReplaySettings read(String attribute, Object value) {
        Map<String, Object> values = new HashMap<>(Map.of("device", "m1", "file", "data.csv"));
        values.put(attribute, value);
        return ReplaySettings.of(TestConfig.with(values));
    }

    @Test
    void needsOnlyADeviceAndAFile() {
        ReplaySettings settings = read("device", "m1");
        assertEquals(Path.of("data.csv"), settings.file());
        assertEquals(',', settings.delimiter());
        assertEquals("timestamp", settings.timestampColumn());
        assertEquals(List.of(), settings.columns());
        assertEquals(1, settings.speed());
        assertEquals(1, settings.loops());
        assertFalse(settings.shiftToNow());
        assertEquals(256, settings.batchSize());
        assertTrue(settings.waitForSubscriber());
        assertEquals(10, settings.badRowsShown());
        assertEquals(65_536, settings.recordCharsMax());
        assertEquals(Duration.ofSeconds(1), settings.retryMin());
        assertEquals(Duration.ofMinutes(1), settings.retryMax());
    }

    @Test
    void readsColumnsFromOneStringAsAFileInEtcHasThem() {
        assertEquals(
                List.of(
                        new ReplayColumn("value", "m1/temperature", ValueKind.F64, "degF"),
                        new ReplayColumn("Pump on", "m1/pump/on", ValueKind.BOOL, ""),
                        new ReplayColumn("my speed", "m1/my_speed", ValueKind.F64, "")),
                read("columns", new String[] {"value=temperature(unit=degF); Pump on = pump/on(kind=bool);my speed"})
                        .columns());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "device | '' | channel name '' is not valid",
                "device | a//b | is not valid",
                "file | '' | file: is empty",
                "delimiter | ,, | is not one character",
                "delimiter | '\"' | is not one character",
                "timestampColumn | ' ' | timestampColumn is empty",
                "timestampFormat | nonsense | neither one of auto",
                "columns | a=b=c | is not written as",
                "columns | a=b(colour=red) | has the option 'colour'",
                "columns | a=b(kind=bytes) | expected f64, i64, bool or text",
                "columns | a=x y | is not valid",
                "columns | a=x;a=y | column 'a' is named twice",
                "columns | a=x;b=x | channel 'm1/x' is fed twice"
            })
    void saysWhatIsWrongWithAText(String attribute, String value, String problem) {
        Object typed = attribute.equals("columns") ? new String[] {value} : value;
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> read(attribute, typed))
                .getMessage());
        assertTrue(message.contains(problem), message);
        assertTrue(message.contains(ReplayDriver.PID), message);
    }

    @ParameterizedTest
    @CsvSource({
        "loops, -1",
        "loops, 1000000001",
        "batchSize, 0",
        "batchSize, 65537",
        "badRowsShown, -1",
        "badRowsShown, 1001",
        "recordCharsMax, 63",
        "recordCharsMax, 1048577",
        "retryMinMillis, 0",
        "retryMinMillis, 3600001",
        "retryMaxMillis, 0",
        "retryMaxMillis, 3600001",
        "retryMaxMillis, 999"
    })
    void saysWhichNumberIsOutOfRange(String attribute, int value) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> read(attribute, value))
                .getMessage());
        assertTrue(message.contains(attribute), message);
        assertTrue(message.contains(String.valueOf(value)), message);
    }

    @ParameterizedTest
    @CsvSource({"-1", "1000001", "NaN", "Infinity"})
    void saysThatASpeedIsOutOfRange(double speed) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> read("speed", speed))
                .getMessage());
        assertTrue(message.contains("speed is"), message);
    }

    @Test
    void saysEverythingThatIsWrongAtOnce() {
        String message = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> ReplaySettings.of(TestConfig.with(Map.of("speed", -1.0, "loops", -1, "batchSize", 0))))
                .getMessage());
        assertTrue(message.contains("5 problems"), message);
    }
}
