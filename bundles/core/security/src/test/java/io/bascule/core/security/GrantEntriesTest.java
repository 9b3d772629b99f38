/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrantEntriesTest {

    @Test
    void readsEveryFormOfOwnerAndValue() {
        GrantEntries entries = GrantEntries.read(Map.of(
                "moving-average.channel-read", "line1/*, line2/**",
                "*.log", "true",
                "flow/demo.v2.channel-write", "press1/setpoint",
                "pid.io", new String[] {"tcp:10.0.0.5:502", "tcp:10.0.0.6:502"},
                "pid.state", true,
                "pid.timer", "false"));
        assertEquals(List.of(), entries.problems());
        assertEquals(
                List.of(
                        new Grant("*", Capability.LOG, List.of()),
                        new Grant("flow/demo.v2", Capability.CHANNEL_WRITE, List.of(NamePattern.of("press1/setpoint"))),
                        new Grant(
                                "moving-average",
                                Capability.CHANNEL_READ,
                                List.of(NamePattern.of("line1/*"), NamePattern.of("line2/**"))),
                        new Grant("pid", Capability.STATE, List.of()),
                        new Grant(
                                "pid",
                                Capability.IO,
                                List.of(NamePattern.of("tcp:10.0.0.5:502"), NamePattern.of("tcp:10.0.0.6:502")))),
                entries.grants());
    }

    @Test
    void passesOverWhatTheFrameworkKeepsInAConfiguration() {
        GrantEntries entries = GrantEntries.read(Map.of(
                "service.pid", "io.bascule.security.grants",
                "felix.fileinstall.filename", "file:/etc/x.cfg",
                "service.bundleLocation", "?"));
        assertEquals(List.of(), entries.problems());
        assertEquals(List.of(), entries.grants());
    }

    @ParameterizedTest
    @CsvSource({
        "pid.fly, true, one of the capabilities log",
        "pid, true, MODULE.CAPABILITY",
        ".log, true, MODULE.CAPABILITY",
        "Pid.log, true, is not the name of a module",
        "flow/a/b.channel-write, x/*, is not the name of a module",
        "pid.log, yes, expected true or false",
        "pid.channel-read, true, says too little",
        "pid.channel-read, ',', needs at least one pattern"
    })
    void saysWhatIsWrongWithAnEntryAndKeepsTheGoodOnes(String key, String value, String problem) {
        GrantEntries entries = GrantEntries.read(Map.of(key, value, "good.clock", "true"));
        assertEquals(1, entries.problems().size(), entries.problems().toString());
        assertTrue(
                entries.problems().get(0).contains(problem), entries.problems().toString());
        assertTrue(entries.problems().get(0).contains(key), entries.problems().toString());
        assertEquals(List.of(new Grant("good", Capability.CLOCK, List.of())), entries.grants());
    }

    @Test
    void writesWhatItReads() {
        Grant grant =
                new Grant("pid", Capability.CHANNEL_WRITE, List.of(NamePattern.of("a/*"), NamePattern.of("b/**")));
        GrantEntries entries =
                GrantEntries.read(Map.of(GrantEntries.key("pid", Capability.CHANNEL_WRITE), GrantEntries.value(grant)));
        assertEquals(List.of(grant), entries.grants());
    }
}
