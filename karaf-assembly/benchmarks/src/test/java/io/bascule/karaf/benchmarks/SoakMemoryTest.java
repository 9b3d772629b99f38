/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.karaf.benchmarks.SoakMemory.Held;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class SoakMemoryTest {

    private static final int MINUTES = 30;
    private static final int MIB = 1024 * 1024;

    private static SoakMemory memory(IntFunction<String> look) {
        List<String> lines = new ArrayList<>();
        for (int minute = 1; minute <= MINUTES; minute++) {
            lines.add(minute * 60 + " " + look.apply(minute));
        }
        return new SoakMemory(SoakPlan.lasting(Duration.ofMinutes(MINUTES), 1, Path.of("none")), lines);
    }

    private static String look(long heap, int threads) {
        return heap + " 50000000 20000000 250000000 " + threads + " 130 9800 77";
    }

    @Test
    void whatStaysIsNoProblem() {
        SoakMemory memory = memory(minute -> look(30L * MIB, 80));
        assertEquals(List.of(), memory.problems());
        assertEquals(0, memory.growth(Held.HEAP));
    }

    @Test
    void aLeakShowsAndIsNamed() {
        SoakMemory memory = memory(minute -> look(30L * MIB + minute * (MIB / 4L), 80));
        assertEquals(6, memory.growth(Held.HEAP), 0.01);
        assertEquals(1, memory.problems().size());
        assertTrue(memory.problems().get(0).contains("heap"), memory.problems().toString());
    }

    @Test
    void anOutageDuringSomeLooksIsNoGrowth() {
        SoakMemory memory = memory(minute -> look((minute % 5 == 4 ? 45L : 30L) * MIB, minute % 7 == 0 ? 95 : 80));
        assertEquals(List.of(), memory.problems());
    }

    @Test
    void whatGrowsOnlyWhileItWarmsUpIsNoProblem() {
        SoakMemory memory = memory(minute -> look((minute < 6 ? 20L + minute * 4L : 44L) * MIB, 80));
        assertEquals(List.of(), memory.problems());
    }

    @Test
    void tooFewLooksAreAProblemAndNotAGoodResult() {
        SoakMemory memory = new SoakMemory(
                SoakPlan.lasting(Duration.ofMinutes(MINUTES), 1, Path.of("none")),
                List.of("60 " + look(30L * MIB, 80)));
        assertEquals(1, memory.problems().size());
    }
}
