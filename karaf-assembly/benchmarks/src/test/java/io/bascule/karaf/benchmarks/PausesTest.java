/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
                [0.004s] Using Serial
                [0.900s] GC(0) Pause Young (Allocation Failure) 6M->2M(24M) 9.000ms
                [1.100s] GC(1) Pause Young (Allocation Failure) 8M->3M(24M) 1.500ms
                [1.900s] GC(2) Pause Full (Metadata GC Threshold) 20M->9M(30M) 30.250ms
                [2.000s] GC(3) Pause Young (Allocation Failure) 12M->9M(30M) 2.750ms
                [2.600s] GC(4) Pause Full (System.gc()) 20M->9M(30M) 90.000ms
                """);
        assertEquals(new Pauses(3, 30.25, 1, 30.25, "Metadata GC Threshold"), Pauses.read(log, 1000, 2500));
        assertEquals(new Pauses(0, 0, 0, 0, ""), Pauses.read(log, 5000, 6000));
    }
}
