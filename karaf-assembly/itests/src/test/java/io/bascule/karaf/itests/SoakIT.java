/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.karaf.benchmarks.SoakPlan;
import io.bascule.karaf.benchmarks.SoakReport;
import io.bascule.karaf.benchmarks.SoakRun;
import io.bascule.testkit.PeerProgram;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
        PeerProgram.find("mosquitto", "mosquitto");
        PeerProgram.find("gcc", "gcc libc6-dev");
        Path header = Path.of("/", "usr", "include", "modbus", "modbus.h");
        PeerProgram.demand(Files.exists(header), "libmodbus", "libmodbus-dev");
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
