/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Half an hour of mixed load with faults of devices and broker. Unlike the other suites it judges: a reading that is nowhere, or memory that
 * grows, is a failure, and then its figures are printed and not recorded.
 */
final class SoakSuite implements Bench.Suite {

    private static final int MINUTES = 30;
    private static final int SHORT_MINUTES = 2;

    @Override
    public String run(PrintStream progress) throws Exception {
        boolean isShort = Bench.shortened() > 0;
        int minutes = Integer.getInteger("bascule.bench.soak.minutes", isShort ? SHORT_MINUTES : MINUTES);
        long seed = Long.getLong("bascule.bench.soak.seed", System.nanoTime() & 0xFFFF);
        Path work = Files.createTempDirectory("bascule-bench-soak");
        SoakPlan plan = SoakPlan.lasting(Duration.ofMinutes(minutes), seed, work.resolve("artefacts"));
        SoakReport report;
        try (SoakRun run = new SoakRun(plan, work, progress)) {
            report = run.run();
        }
        if (!report.problems().isEmpty()) {
            progress.println(report.text());
            throw new Bench.Failure(
                    "the soak failed; its folder is " + work + ":\n- " + String.join("\n- ", report.problems()));
        }
        Gateway.delete(work);
        return report.text();
    }
}
