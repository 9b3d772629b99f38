/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of the collector is read right. */
class PausesTest {

    @TempDir
    private Path folder;

    @Test
    void countsThePausesOfTheStretchAndTheFullOnesAmongThem() throws IOException {
        Path log = Files.writeString(folder.resolve("gc.log"), """
                [4000000ns] Using Serial
                [900000000ns] GC(0) Pause Young (Allocation Failure) 6M->2M(24M) 9.000ms
                [1100000000ns] GC(1) Pause Young (Allocation Failure) 8M->3M(24M) 1.500ms
                [1900000000ns] GC(2) Pause Full (Metadata GC Threshold) 20M->9M(30M) 30.250ms
                [2000000000ns] GC(3) Pause Young (Allocation Failure) 12M->9M(30M) 2.750ms
                [2600000000ns] GC(4) Pause Full (System.gc()) 20M->9M(30M) 90.000ms
                """);

        Pauses pauses = Pauses.read(log, 1_000_000_000, 2_500_000_000L);

        assertEquals(3, pauses.all().size());
        assertEquals(
                "The collector paused it 3 times, 30.3 ms at most;"
                        + " full collections among these: 1 (Metadata GC Threshold), 30.3 ms at most",
                pauses.toString());
        assertEquals(
                "The collector paused it 0 times, 0.0 ms at most; none of these was a full collection",
                Pauses.read(log, 5_000_000_000L, 6_000_000_000L).toString());
        assertTrue(pauses.haveHeldUp(1_870_000_000L));
        assertTrue(pauses.haveHeldUp(1_904_000_000L));
        assertFalse(pauses.haveHeldUp(1_869_000_000L));
        assertFalse(pauses.haveHeldUp(1_906_000_000L));
    }
}
