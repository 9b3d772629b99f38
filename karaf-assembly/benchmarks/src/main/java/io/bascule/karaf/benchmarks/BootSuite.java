/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How long a gateway takes until every bundle is active and its flow runs, and the memory of an idle one, against a stock
 * Karaf: Apache's own archive with its own start script and JVM options, its boot features replaced by the third-party
 * features of our distribution. Starts take turns, so that a change of the machine's speed hits all.
 */
final class BootSuite implements Bench.Suite {

    private static final int ROUNDS = Integer.getInteger("bascule.bench.boot.rounds", 5);
    private static final int IDLE_SECONDS = 20;
    private static final String DEMO = "machine-temperature";

    private record Start(double readySeconds, double cpuSeconds, double residentMebibytes) {}

    /** Something that is started again and again; {@code flow} is empty when only bundles are waited for. */
    private record Contender(String name, Gateway gateway, String flow, List<Start> starts) {
        static Contender of(String name, Gateway gateway, String flow) {
            return new Contender(name, gateway, flow, new ArrayList<>());
        }

        /** Returns the median of all starts but the first, which fills caches. */
        double median(ToDoubleFunction<Start> of) {
            double[] sorted = starts.stream().skip(1).mapToDouble(of).sorted().toArray();
            return sorted[sorted.length / 2];
        }
    }

    @Override
    public String run(PrintStream progress) throws Exception {
        Path work = Files.createTempDirectory("bascule-bench-boot");
        try (Gateway demo = Gateway.unpack(work.resolve("demo"));
                Gateway stock = Gateway.unpackStock(work.resolve("stock"), demo);
                Gateway bare = Gateway.unpack(work.resolve("bare"));
                Gateway idle = Gateway.unpack(work.resolve("idle"));
                Gateway archived = Gateway.unpack(work.resolve("archived"))) {
            bare.removeBascule();
            idle.removeDemo();
            List<Contender> contenders = List.of(
                    Contender.of("Apache Karaf, the same third-party features", stock, ""),
                    Contender.of("this distribution without our bundles", bare, ""),
                    Contender.of("Bascule without device and flow", idle, ""),
                    Contender.of("Bascule with the demo's device, module and flow", demo, DEMO),
                    Contender.of("the same with a class archive", archived, DEMO));
            archived.setEnvironment("BASCULE_CLASS_ARCHIVE", "make");
            for (int round = 0; round <= ROUNDS; round++) {
                for (Contender contender : contenders) {
                    contender.starts.add(start(contender, progress));
                }
                archived.setEnvironment("BASCULE_CLASS_ARCHIVE", "");
            }
            return table(contenders);
        } finally {
            Gateway.delete(work);
        }
    }

    private static String table(List<Contender> contenders) {
        double baseline = contenders.get(0).median(Start::readySeconds);
        StringBuilder table =
                new StringBuilder("Medians of " + ROUNDS + " starts after a first one. Ready: every bundle"
                        + " active and, with the demo, its flow running.\nTargets: ready in 1.2 of a stock Karaf's time and in 6 s;"
                        + " 200 MiB resident when idle.\n\n"
                        + "| what | first start, s | ready, s | against Karaf | CPU s until ready | resident after "
                        + IDLE_SECONDS + " s, MiB |\n|---|---|---|---|---|---|\n");
        for (Contender contender : contenders) {
            double ready = contender.median(Start::readySeconds);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.2f | %.2f | %.1f | %.0f |%n",
                    contender.name,
                    contender.starts.get(0).readySeconds,
                    ready,
                    ready / baseline,
                    contender.median(Start::cpuSeconds),
                    contender.median(Start::residentMebibytes)));
        }
        return table.toString();
    }

    private static Start start(Contender contender, PrintStream progress) throws IOException, InterruptedException {
        Gateway gateway = contender.gateway;
        try {
            double seconds = gateway.start(contender.flow);
            double cpu = gateway.cpuSeconds();
            // An idle figure needs idle time: this waits for nothing to happen.
            Bench.pause(IDLE_SECONDS);
            Start start = new Start(seconds, cpu, gateway.memoryMebibytes("VmRSS"));
            progress.printf(
                    Locale.ROOT,
                    "%s: %.2f s, %.1f CPU s, %.0f MiB%n",
                    contender.name,
                    start.readySeconds,
                    start.cpuSeconds,
                    start.residentMebibytes);
            return start;
        } finally {
            gateway.close();
        }
    }
}
