/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** WebAssembly against Java, kernel by kernel, and the price of the border. */
final class KernelSuite implements Bench.Suite {

    /** The JVM options of the distribution that change how generated code runs. */
    private static final String[] JVM_OPTIONS = {"-XX:-DontCompileHugeMethods", "-Xmx1g"};

    @Override
    public String run(PrintStream progress) throws Exception {
        progress.println("JMH: 3 forks, 2 + 3 iterations of 1 s for each figure; about 10 minutes");
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(KernelBenchmark.class.getSimpleName())
                        .include(CrossingBenchmark.class.getSimpleName())
                        .jvmArgsAppend(JVM_OPTIONS)
                        // The same Java code is compiled better or worse by chance, up to 1.5 times: one fork says
                        // little.
                        .forks(3)
                        .warmupIterations(2)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(3)
                        .measurementTime(TimeValue.seconds(1))
                        .timeUnit(TimeUnit.NANOSECONDS)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        return kernels(results) + "\n" + crossing(results);
    }

    private record Case(String kernel, int readings) {}

    private record Nanos(double wasm, double java) {}

    private static String kernels(Collection<RunResult> results) {
        StringBuilder table =
                new StringBuilder("| kernel | readings | WASM / Java | WASM ns per reading |\n|---|---|---|---|\n");
        List<Double> ratios = new ArrayList<>();
        pair(results, KernelBenchmark.class).forEach((work, nanos) -> {
            double ratio = nanos.wasm / nanos.java;
            ratios.add(ratio);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %.2f | %.2f |%n",
                    work.kernel,
                    work.readings,
                    ratio,
                    nanos.wasm / work.readings));
        });
        double mean = Math.exp(ratios.stream().mapToDouble(Math::log).average().orElse(Double.NaN));
        double worst = ratios.stream().mapToDouble(r -> r).max().orElse(Double.NaN);
        return table
                + String.format(
                        Locale.ROOT, "%nGeometric mean %.2f (target 1.25), worst %.2f (target 1.70).%n", mean, worst);
    }

    private static String crossing(Collection<RunResult> results) {
        StringBuilder table = new StringBuilder("| border: readings | copy in + empty call, ns | copy alone, ns |"
                + " border ns per reading (target 5) |\n|---|---|---|---|\n");
        pair(results, CrossingBenchmark.class)
                .forEach((work, nanos) -> table.append(String.format(
                        Locale.ROOT,
                        "| %d | %.1f | %.1f | %.2f |%n",
                        work.readings,
                        nanos.wasm,
                        nanos.java,
                        nanos.wasm / work.readings)));
        return table.toString();
    }

    /** Puts the two sides of each case together, in the order of kernels and sizes. */
    private static SortedMap<Case, Nanos> pair(Collection<RunResult> results, Class<?> benchmark) {
        SortedMap<Case, Nanos> pairs =
                new TreeMap<>(Comparator.comparing(Case::kernel).thenComparingInt(Case::readings));
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark();
            if (!name.contains(benchmark.getSimpleName() + ".")) {
                continue;
            }
            boolean isKernel = result.getParams().getParamsKeys().contains("kernel");
            Case work = new Case(
                    isKernel ? result.getParams().getParam("kernel") : "",
                    Integer.parseInt(result.getParams().getParam("readings")));
            double score = result.getPrimaryResult().getScore();
            Nanos side = name.endsWith(".wasm") ? new Nanos(score, 0) : new Nanos(0, score);
            pairs.merge(work, side, (a, b) -> new Nanos(a.wasm + b.wasm, a.java + b.java));
        }
        return pairs;
    }
}
