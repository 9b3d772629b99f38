/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleVersionTest {

    @ParameterizedTest
    @CsvSource({
        "1.2.3, 1.2.3",
        "0.0.0, 0.0.0",
        "1.2.0-rc.1, 1.2.0.rc_1",
        "1.2.0+build.5, 1.2.0.build_5",
        "1.2.0-rc.1+5, 1.2.0.rc_1-5",
    })
    void becomesAnOsgiVersion(String text, String osgi) {
        assertEquals(osgi, ModuleVersion.parse(text).osgi());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "v1.2.3", "1.2.99999999999", "1.2.3 "})
    void refusesWhatIsNoSemanticVersion(String text) {
        assertThrows(IllegalArgumentException.class, () -> ModuleVersion.parse(text));
    }
}
