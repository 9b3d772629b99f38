/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleStateTest {

    @Test
    void theOnlyWaysBetweenStatesAreThoseOfTheDiagram() {
        List<String> ways = new ArrayList<>();
        for (ModuleState from : ModuleState.values()) {
            for (ModuleState to : ModuleState.values()) {
                if (from.canBecome(to)) {
                    ways.add(from + ">" + to);
                }
            }
        }
        assertEquals(
                List.of(
                        "INSTALLED>UNRESOLVED",
                        "INSTALLED>STARTING",
                        "UNRESOLVED>INSTALLED",
                        "UNRESOLVED>STARTING",
                        "STARTING>READY",
                        "STARTING>BACKING_OFF",
                        "STARTING>FAULTED",
                        "STARTING>STOPPING",
                        "READY>STARTING",
                        "READY>PAUSED",
                        "READY>BACKING_OFF",
                        "READY>FAULTED",
                        "READY>STOPPING",
                        "PAUSED>STARTING",
                        "PAUSED>READY",
                        "PAUSED>BACKING_OFF",
                        "PAUSED>FAULTED",
                        "PAUSED>STOPPING",
                        "BACKING_OFF>STARTING",
                        "BACKING_OFF>FAULTED",
                        "BACKING_OFF>STOPPING",
                        "FAULTED>STARTING",
                        "FAULTED>STOPPING",
                        "STOPPING>INSTALLED"),
                ways);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Pid", "1pid", "pid_1", "pid controller", "../pid"})
    void aModuleIsNotCalledSo(String name) {
        assertThrows(IllegalArgumentException.class, () -> ModuleDescriptor.requireName(name));
    }

    @Test
    void aModuleIsCalledLikeAFile() {
        assertEquals("moving-average", ModuleDescriptor.requireName("moving-average"));
    }
}
