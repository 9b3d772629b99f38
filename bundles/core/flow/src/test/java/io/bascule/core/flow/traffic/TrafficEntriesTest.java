/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.core.flow.traffic.TrafficEntries.Entry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficEntriesTest {

    private static Entry entry(Map<String, ?> properties) {
        Entry entry = TrafficEntries.read(properties).modules().get("avg");
        assertTrue(entry != null, "an entry for avg");
        return entry;
    }

    @Test
    void readsARuleWithItsFallbackAndTheTag() {
        Entry entry = entry(Map.of(
                "avg",
                " weighted 1.0.0=90 1.1.0=10 ",
                "avg.fallback",
                "1.0.0",
                "avg.tagged",
                "true",
                "service.pid",
                "x"));

        assertEquals("", entry.problem());
        assertTrue(entry.isTagged());
        assertEquals(
                new Route(
                        TrafficRule.parse("weighted 1.0.0=90 1.1.0=10"), Set.of(), Optional.of("1.0.0"), Duration.ZERO),
                entry.route());
    }

    @Test
    void letsAFallbackThatTheRuleDoesNotNameStandBy() {
        Route route = entry(Map.of("avg", "all 1.1.0", "avg.fallback", "1.0.0")).route();

        assertEquals(Set.of("1.0.0"), route == null ? Set.of() : route.standby());
    }

    @Test
    void takesTheTagWithoutARule() {
        Entry entry = entry(Map.of("avg.tagged", true));

        assertNull(entry.route());
        assertTrue(entry.isTagged());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "avg|half 1.0.0|expected it to begin with",
                "avg|weighted 1.0.0=90 1.1.0=20|sum up to 100",
                "avg.tagged|yes|expected true or false",
                "avg.fallback|1.0.0|without a rule"
            })
    void saysWhatIsWrong(String key, String value, String problem) {
        Entry entry = entry(Map.of(key, value));

        assertTrue(entry.problem().contains(problem), entry.problem());
        assertNull(entry.route());
    }

    @Test
    void refusesAFallbackThatIsNoVersion() {
        String problem =
                entry(Map.of("avg", "all 1.0.0", "avg.fallback", "old")).problem();

        assertTrue(problem.contains("'old' is not a version"), problem);
    }

    @Test
    void tellsKeysThatAreNoneAndLeavesThoseOfTheFrameworkAlone() {
        TrafficEntries entries = TrafficEntries.read(Map.of(
                "avg.fallbak", "1.0.0", "felix.fileinstall.filename", "x", "component.id", 1L, "other", "latest"));

        assertEquals(1, entries.problems().size());
        assertTrue(
                entries.problems().get(0).contains("'avg.fallbak' is no key"),
                entries.problems().get(0));
        assertEquals(Set.of("other"), entries.modules().keySet());
        assertEquals(List.of(), TrafficEntries.read(Map.of()).problems());
    }
}
