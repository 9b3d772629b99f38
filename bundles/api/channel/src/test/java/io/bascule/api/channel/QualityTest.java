/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityTest {

    @ParameterizedTest(name = "severity {0} reason {1} reads as {2}")
    @CsvSource({
        "0, 0, good",
        "63, 0, good",
        "64, 0, uncertain",
        "128, 0, bad",
        "255, 0, bad",
        "128, 0x808A, bad:not-connected",
        // The severity wins over a reason that contradicts it: a forged reason cannot make bad data good.
        "128, 0x4090, bad",
        "0, 0x808A, good",
        "128, 0x80AB, bad:0x80ab",
    })
    void aRecordsTwoFieldsMakeOneQuality(int severity, String reason, String word) {
        assertEquals(word, Quality.ofRecord(severity, Integer.decode(reason)).word());
    }

    @Test
    void severityIsTheTopOfTheCode() {
        assertEquals(Quality.Level.UNCERTAIN, Quality.UNCERTAIN_LAST_USABLE_VALUE.level());
        assertEquals(64, Quality.UNCERTAIN_LAST_USABLE_VALUE.severity());
        assertEquals(128, Quality.BAD_TIMEOUT.severity());
    }

    @Test
    void codesThatOpcUaDoesNotHaveAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Quality(0xC000));
        assertThrows(IllegalArgumentException.class, () -> new Quality(-1));
        assertThrows(IllegalArgumentException.class, () -> new Quality(0x10000));
    }
}
