/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a driver reads what is configured. */
class SettingsTest {

    @Test
    void valuesComeAsTextFromFilesAndTypedFromForms() {
        for (Object port : List.of(502, 502L, "502", " 502 ")) {
            DeviceSettings settings = new DeviceSettings(Map.of("port", port, "on", "true", "list", "a;b"));
            assertEquals(502, settings.integer("port", 1, 1, 65_535));
            assertEquals(true, settings.flag("on", false));
            assertEquals(List.of("a;b"), settings.list("list"));
            settings.requireNoProblem("it");
        }
        DeviceSettings settings = new DeviceSettings(Map.of("list", new String[] {"a", " ", "b"}));
        assertEquals(List.of("a", "b"), settings.list("list"));
        assertEquals(List.of(), settings.list("none"));
        assertEquals(7, settings.integer("none", 7, 1, 10));
    }

    @Test
    void everyProblemIsToldAtOnceWithWhatWasExpected() {
        DeviceSettings settings = new DeviceSettings(Map.of("a", 0, "b", "x", "c", "1.5", "d", "maybe", "e", "grey"));
        settings.integer("a", 1, 1, 9);
        settings.integer("b", 1, 1, 9);
        settings.integer("c", 1, 1, 9);
        settings.flag("d", true);
        settings.word("e", "red", List.of("red", "green"));
        settings.orElse("f", 1, () -> Integer.parseInt("six"));
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> settings.requireNoProblem("device 'x'"))
                        .getMessage());
        for (String part : List.of(
                "device 'x' has 6 problems",
                "a is 0; expected 1 to 9",
                "b is 'x'; expected a whole number",
                "c is '1.5'; expected a whole number",
                "d is 'maybe'; expected true or false",
                "e is 'grey'; expected one of [red, green]",
                "f: ")) {
            assertTrue(message.contains(part), "'" + part + "' is not in: " + message);
        }
    }

    @Test
    void aThousandProblemsAreCountedAndNotAllShown() {
        DeviceSettings settings = new DeviceSettings(Map.of());
        for (int i = 0; i < 1000; i++) {
            settings.problem("problem " + i);
        }
        String message =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> settings.requireNoProblem("it"))
                        .getMessage());
        assertTrue(message.contains("1000 problems") && message.endsWith("and 975 more"), message);
    }

    @Test
    void whatWasAskedForTellsAChangeOfTheConnectionFromAnother() {
        DeviceSettings before = new DeviceSettings(Map.of("host", "a", "period", 1, "list", new String[] {"x"}));
        DeviceSettings after = new DeviceSettings(Map.of("host", "a", "period", 2, "list", new String[] {"x"}));
        for (DeviceSettings settings : List.of(before, after)) {
            settings.text("host", "");
            settings.list("list");
            settings.text("none", "");
        }
        assertEquals(before.asked(), after.asked());
        before.integer("period", 1, 1, 9);
        after.integer("period", 1, 1, 9);
        assertEquals(1, before.asked().get("period"));
        assertEquals(2, after.asked().get("period"));
    }

    @ParameterizedTest
    @CsvSource({"250ms, 250000000", "1.5s, 1500000000", "2 min, 120000000000", "1h, 3600000000000", "10us, 10000"})
    void timesHaveAUnit(String written, long nanos) {
        assertEquals(Duration.ofNanos(nanos), ChannelConfig.parseTime(written));
    }

    @ParameterizedTest
    @CsvSource({"5", "ms", "-1s", "1d", "99999h", "1 s s"})
    void aTimeThatIsNoneSaysWhatOneLooksLike(String written) {
        String message =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> ChannelConfig.parseTime(written))
                        .getMessage());
        assertTrue(message.contains("is not a time such as 250ms"), message);
    }

    @Test
    void anOptionThatNobodyAsksForIsAMistake() {
        ChannelConfig channel = new ChannelConfig("t", "a", Map.of("scale", "2", "bits", "3", "scalr", "1"), "line 4");
        assertEquals(2, channel.number("scale", 1));
        assertEquals(3, channel.integer("bits", 1, 1, 16));
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, channel::requireAllKnown)
                .getMessage());
        assertEquals("there is no option [scalr]; there are [bits, scale]", message);
        assertThrows(IllegalArgumentException.class, () -> channel.integer("bits", 1, 4, 16));
        assertThrows(IllegalArgumentException.class, () -> channel.flag("scale", true));
    }

    @Test
    void aDeadlineEndsAndTheEarlierOfTwoCounts() {
        Deadline far = Deadline.after(Duration.ofHours(1));
        assertTrue(far.remainingMillis() > 3_000_000);
        assertTrue(far.atMost(Duration.ZERO).isOver());
        assertTrue(far.atMost(Duration.ofHours(2)).remainingMillis() <= 3_600_000);
        assertEquals(0, Deadline.after(Duration.ofMillis(-5)).remainingNanos());
        assertEquals(0, Deadline.after(Duration.ZERO).remainingMillis());
    }
}
