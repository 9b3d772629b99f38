/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentOverridesTest {

    @ParameterizedTest
    @CsvSource({
        // An existing key wins, in whichever way the variable is written.
        "BATCH_SIZE, batchSize, batchSize",
        "BATCHSIZE, batchSize, batchSize",
        "batchSize, batchSize, batchSize",
        "ORG_OSGI_SERVICE_HTTP_PORT, org.osgi.service.http.port, org.osgi.service.http.port",
        // Without one, capitals are words and anything else is taken as it is.
        "BATCH_SIZE, other, batchSize",
        "SPEED, other, speed",
        "retryMinMillis, other, retryMinMillis",
        "odd_Key, other, odd_Key"
    })
    void findsTheKeyThatIsMeant(String written, String existing, String expected) {
        EnvironmentOverrides overrides = new EnvironmentOverrides(Map.of("BASCULE_A_B__" + written, "5"));
        assertEquals(Map.of(expected, "5"), overrides.valuesFor(List.of("a.b"), List.of(existing)));
    }

    @Test
    void matchesPidsByTheirLettersAndDigits() {
        EnvironmentOverrides overrides =
                new EnvironmentOverrides(Map.of("BASCULE_IO_BASCULE_DRIVER_REPLAY_DEMO_1__SPEED", "0"));
        assertTrue(overrides.has("io.bascule.driver.replay~demo-1"));
        assertFalse(overrides.has("io.bascule.driver.replay~demo"));
        assertFalse(overrides.has("io.bascule.driver.replay"));
    }

    @Test
    void theInstanceWinsOverItsFactory() {
        EnvironmentOverrides overrides = new EnvironmentOverrides(
                Map.of("BASCULE_F__SPEED", "1", "BASCULE_F__LOOPS", "2", "BASCULE_F_X__SPEED", "3"));
        assertEquals(Map.of("speed", "3", "loops", "2"), overrides.valuesFor(List.of("f", "f~x"), List.of()));
    }

    @Test
    void passesOverVariablesOfOthers() {
        EnvironmentOverrides overrides = new EnvironmentOverrides(Map.of(
                "PATH", "/bin", "BASCULE_HOME", "/opt", "BASCULE___X", "1", "BASCULE_A__", "1", "XBASCULE_A__B", "1"));
        assertEquals(0, overrides.pids().size(), overrides.pids().toString());
    }
}
