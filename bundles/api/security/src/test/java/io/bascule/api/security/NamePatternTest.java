/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {

    @ParameterizedTest(name = "{0} matches {1}: {2}")
    @CsvSource({
        "line1/speed, line1/speed, true",
        "line1/speed, line1/speeds, false",
        "line1/*, line1/speed, true",
        "line1/*, line1/a/b, false",
        "line1/**, line1/a/b, true",
        "**, a/b/c, true",
        "*, a/b, false",
        "*/speed, line1/speed, true",
        "line*/s*d, line12/speed, true",
        "line*/s*d, line1/x/speed, false",
        "**/speed, a/b/speed, true",
        "***, a/b, true",
        "a.c, abc, false",
    })
    void matchesWholeNames(String pattern, String name, boolean expected) {
        assertEquals(expected, NamePattern.of(pattern).matches(name));
    }

    @Test
    void aPatternMadeToBacktrackStaysCheap() {
        NamePattern hostile = NamePattern.of("*a".repeat(NamePattern.LENGTH_MAX / 2));
        String name = "a".repeat(NamePattern.LENGTH_MAX / 2 - 1) + "b".repeat(NamePattern.LENGTH_MAX / 2);
        assertTimeoutPreemptively(Duration.ofSeconds(2), () -> assertFalse(hostile.matches(name)));
    }

    @Test
    void refusesEmptyAndOverlongPatterns() {
        assertThrows(IllegalArgumentException.class, () -> NamePattern.of(""));
        assertThrows(IllegalArgumentException.class, () -> NamePattern.of("a".repeat(NamePattern.LENGTH_MAX + 1)));
    }

    @Test
    void anOverlongNameNeverMatches() {
        assertFalse(NamePattern.of("**").matches("a".repeat(NamePattern.LENGTH_MAX + 1)));
    }
}
