/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OutputComparisonTest {

    private static Reading reading(Value value) {
        return new Reading(1, value, Quality.GOOD, 1);
    }

    private static Reading reading(double value) {
        return reading(new Value.F64(value));
    }

    private static boolean isAlike(double tolerance, Batch[] active, Batch[] candidate) {
        return new OutputComparison(tolerance).isAlike(active, active.length, candidate, candidate.length);
    }

    static Stream<Arguments> pairs() {
        return Stream.of(
                Arguments.of(0.0, reading(1), reading(1), true),
                Arguments.of(0.0, reading(1), reading(1.0000001), false),
                Arguments.of(0.01, reading(100), reading(101), true),
                Arguments.of(0.01, reading(100), reading(101.1), false),
                Arguments.of(0.01, reading(-100), reading(-99), true),
                Arguments.of(0.01, reading(0), reading(1e-9), false),
                Arguments.of(0.0, reading(Double.NaN), reading(Double.NaN), true),
                Arguments.of(0.5, reading(1), reading(Double.NaN), false),
                Arguments.of(0.5, reading(Double.POSITIVE_INFINITY), reading(Double.POSITIVE_INFINITY), true),
                Arguments.of(0.5, reading(Double.POSITIVE_INFINITY), reading(1), false),
                Arguments.of(0.0, reading(new Value.I64(1L << 60)), reading(new Value.I64((1L << 60) + 1)), false),
                Arguments.of(0.1, reading(new Value.I64(100)), reading(new Value.I64(105)), true),
                Arguments.of(0.1, reading(new Value.I64(100)), reading(100), false),
                Arguments.of(0.1, reading(new Value.Bool(true)), reading(new Value.Bool(false)), false),
                Arguments.of(0.1, reading(new Value.Text("a")), reading(new Value.Text("a")), true),
                Arguments.of(0.1, reading(new Value.Text("a")), reading(new Value.Text("b")), false),
                Arguments.of(0.0, reading(1), new Reading(2, new Value.F64(1), Quality.GOOD, 1), false),
                Arguments.of(0.0, reading(1), new Reading(1, new Value.F64(1), Quality.BAD, 1), false),
                Arguments.of(0.0, reading(1), new Reading(1, new Value.F64(1), Quality.GOOD, 2), true));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void comparesReadings(double tolerance, Reading active, Reading candidate, boolean isAlike) {
        assertEquals(isAlike, isAlike(tolerance, new Batch[] {Batch.of(active)}, new Batch[] {Batch.of(candidate)}));
    }

    @Test
    void doesNotCareInWhichBatchesReadingsCome() {
        Batch whole = Batch.of(reading(1), reading(2), reading(3));
        Batch[] pieces = {Batch.of(reading(1)), Batch.EMPTY, Batch.of(reading(2), reading(3))};

        assertEquals(true, isAlike(0, new Batch[] {whole}, pieces));
        assertEquals(true, isAlike(0, pieces, new Batch[] {whole}));
    }

    @Test
    void noticesReadingsThatAreMissingOrTooMany() {
        Batch two = Batch.of(reading(1), reading(2));
        Batch one = Batch.of(reading(1));

        assertEquals(false, isAlike(1, new Batch[] {two}, new Batch[] {one}));
        assertEquals(false, isAlike(1, new Batch[] {one}, new Batch[] {two}));
        assertEquals(false, isAlike(1, new Batch[] {}, new Batch[] {one}));
        assertEquals(true, isAlike(1, new Batch[] {}, new Batch[] {}));
    }
}
