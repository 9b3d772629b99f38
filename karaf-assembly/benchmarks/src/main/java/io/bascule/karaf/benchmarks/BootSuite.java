/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * How long a gateway takes to have every bundle active, and the memory of an idle one, against a Karaf with the same Karaf
 * features and JVM options but nothing of ours. Starts are alternated, so that a change of the machine's speed hits both.
 */
final class BootSuite implements Bench.Suite {

    private static final int ROUNDS = 5;
    private static final int IDLE_SECONDS = 20;

    private record Start(double seconds, double residentMebibytes, double cpuSeconds) {}

    @Override
    public String run(PrintStream progress) throws Exception {
        Path work = Files.createTempDirectory("bascule-bench-boot");
        try (Gateway ours = Gateway.unpack(work.resolve("bascule"));
                Gateway stock = Gateway.unpack(work.resolve("stock"))) {
            ours.removeDemo();
            stock.removeBascule();
            Start firstOurs = start(ours, progress, "bascule, first start");
            Start firstStock = start(stock, progress, "stock, first start");
            List<Start> startsOurs = new ArrayList<>();
            List<Start> startsStock = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                startsOurs.add(start(ours, progress, "bascule"));
                startsStock.add(start(stock, progress, "stock"));
            }
            return "| figure | Bascule | Karaf with the same features | ratio | target |\n|---|---|---|---|---|\n"
                    + row("first start, s", List.of(firstOurs), List.of(firstStock), Start::seconds, "")
                    + row("later starts, median s", startsOurs, startsStock, Start::seconds, "1.2, and < 6 s")
                    + row("CPU until idle, median s", startsOurs, startsStock, Start::cpuSeconds, "")
                    + row(
                            "resident after " + IDLE_SECONDS + " s idle, median MiB",
                            startsOurs,
                            startsStock,
                            Start::residentMebibytes,
                            "< 200 MiB");
        } finally {
            Gateway.delete(work);
        }
    }

    private static String row(
            String figure, List<Start> ours, List<Start> stock, ToDoubleFunction<Start> of, String target) {
        double a = median(ours, of);
        double b = median(stock, of);
        return String.format(Locale.ROOT, "| %s | %.2f | %.2f | %.2f | %s |%n", figure, a, b, a / b, target);
    }

    private static Start start(Gateway gateway, PrintStream progress, String what) throws Exception {
        try {
            double seconds = gateway.start();
            // An idle figure needs idle time: this waits for nothing to happen.
            new CountDownLatch(1).await(IDLE_SECONDS, TimeUnit.SECONDS);
            Start start = new Start(seconds, gateway.memoryMebibytes("VmRSS"), gateway.cpuSeconds());
            progress.printf(Locale.ROOT, "%s: %.2f s, %.0f MiB%n", what, start.seconds, start.residentMebibytes);
            return start;
        } finally {
            gateway.close();
        }
    }

    private static double median(List<Start> starts, ToDoubleFunction<Start> of) {
        double[] sorted = starts.stream().mapToDouble(of).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
