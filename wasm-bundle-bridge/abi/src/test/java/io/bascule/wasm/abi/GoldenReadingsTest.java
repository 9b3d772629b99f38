/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The batch of the Java side has the layout that guests are given. */
class GoldenReadingsTest {

    static Stream<String> vectors() throws Exception {
        try (InputStream in = GoldenReadingsTest.class.getResourceAsStream("golden-readings.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines().filter(l -> !l.startsWith("#") && !l.isBlank()).toList().stream();
        }
    }

    @Test
    void thereAreVectorsOfEveryKindThatCrosses() throws Exception {
        for (String kind : new String[] {"f64", "i64", "bool"}) {
            assertEquals(true, vectors().anyMatch(l -> l.contains("| " + kind + " |")), kind);
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void bytesBecomeTheReading(String line) {
        byte[] bytes = HexFormat.of().parseHex(line.split("\\|", -1)[0].strip());
        assertEquals(expected(line), Batch.ofRecords(bytes, 0, 1).reading(0));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void theReadingBecomesBytes(String line) {
        byte[] bytes = new byte[RecordLayout.RECORD_BYTES];
        Batch.of(expected(line)).copyRecords(0, 1, bytes, 0);
        assertArrayEquals(HexFormat.of().parseHex(line.split("\\|", -1)[0].strip()), bytes, line);
    }

    private static Reading expected(String line) {
        String[] cells = line.split("\\|", -1);
        ValueKind kind = ValueKind.valueOf(cells[2].strip().toUpperCase(Locale.ROOT));
        return new Reading(
                Integer.parseUnsignedInt(cells[1].strip()),
                Value.parse(kind, cells[5].strip()),
                new Quality(Integer.decode(cells[3].strip())),
                Long.parseLong(cells[4].strip()));
    }
}
