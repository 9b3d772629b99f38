/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.karaf.benchmarks.SoakPlan;
import io.bascule.karaf.benchmarks.SoakReport;
import io.bascule.karaf.benchmarks.SoakRun;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A short form of {@code ./bascule bench soak}: devices and broker of the distribution fail by a seeded schedule, and every reading that
 * it accepted is in the history and at the broker, or counted. {@code -Dbascule.soak.seconds} and {@code -Dbascule.soak.seed} change it.
 */
class SoakIT {

    private static final int SECONDS = Integer.getInteger("bascule.soak.seconds", 75);
    private static final long SEED = Long.getLong("bascule.soak.seed", 20261121);

    @BeforeAll
    static void requirePeers() {
        require(isProgram("mosquitto"), "mosquitto");
        require(isProgram("gcc"), "gcc libc6-dev");
        require(Files.exists(Path.of("/", "usr", "include", "modbus", "modbus.h")), "libmodbus-dev");
    }

    private static boolean isProgram(String name) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }

    private static void require(boolean isThere, String packages) {
        String message = "the soak needs devices and a broker; on Debian: apt-get install " + packages;
        if (!isThere && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(isThere, message);
    }

    @Test
    @Timeout(1800)
    void everyReadingThatWasAcceptedIsStoredAndSentOrCountedWhileDevicesAndBrokerFail() throws Exception {
        Path work = Path.of(System.getProperty("bascule.work"), "soak-" + System.nanoTime());
        SoakPlan plan = SoakPlan.lasting(Duration.ofSeconds(SECONDS), SEED, work.resolve("artefacts"));
        SoakReport report;
        try (PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
                SoakRun run = new SoakRun(plan, work, silent)) {
            report = run.run();
        }
        assertEquals(List.of(), report.problems(), report.text());
        assertTrue(report.kindsOfFaults() >= 6, report.text());
    }
}
