/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimestampFormatTest {

    private static long nanos(String instant) {
        Instant at = Instant.parse(instant);
        return at.getEpochSecond() * 1_000_000_000 + at.getNano();
    }

    @ParameterizedTest
    @CsvSource({
        "auto, 2013-12-02 21:15:00, 2013-12-02T21:15:00Z",
        "auto, 2013-12-02T21:15:00Z, 2013-12-02T21:15:00Z",
        "auto, 1386018900, 2013-12-02T21:15:00Z",
        "auto, 1386018900.25, 2013-12-02T21:15:00.25Z",
        "auto, 1386018900123, 2013-12-02T21:15:00.123Z",
        "datetime, 2013-12-02 21:15:00.000000001, 2013-12-02T21:15:00.000000001Z",
        "iso, 2013-12-02T21:15:00.5+02:00, 2013-12-02T19:15:00.5Z",
        "iso, 1969-12-31T23:59:59.5Z, 1969-12-31T23:59:59.5Z",
        "epoch-s, -1.5, 1969-12-31T23:59:58.5Z",
        "epoch-s, 12, 1970-01-01T00:00:12Z",
        "epoch-ms, 12, 1970-01-01T00:00:00.012Z",
        "epoch-ms, 1.25, 1970-01-01T00:00:00.00125Z",
        "dd.MM.yyyy HH:mm:ss, 02.12.2013 21:15:00, 2013-12-02T21:15:00Z"
    })
    void readsEachFormat(String format, String text, String instant) {
        assertEquals(nanos(instant), TimestampFormat.of(format).parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "auto, ''",
        "auto, yesterday",
        "auto, 2013-12-02",
        "datetime, 2013-13-02 21:15:00",
        "datetime, 2013-02-30 21:15:00",
        "datetime, 2013-12-02 24:15:00",
        "datetime, 2013-12-02 21:15:0x",
        "iso, 2013-12-02T21:15:00+99:00",
        "iso, 9999-12-02T21:15:00Z",
        "epoch-s, 12x",
        "epoch-s, 99999999999999",
        "epoch-ms, ''",
        "dd.MM.yyyy HH:mm:ss, 2013-12-02 21:15:00"
    })
    void refusesWhatIsNotATime(String format, String text) {
        TimestampFormat timestamps = TimestampFormat.of(format);
        assertThrows(IllegalArgumentException.class, () -> timestamps.parse(text));
    }

    @Test
    void refusesAPatternThatIsNone() {
        assertThrows(IllegalArgumentException.class, () -> TimestampFormat.of("nonsense"));
    }
}
