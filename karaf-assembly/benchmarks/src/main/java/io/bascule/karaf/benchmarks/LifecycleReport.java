/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.module.ModuleKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** The tables of the lifecycle suite. */
final class LifecycleReport {

    /** Result: how late a thread of another process woke while updates switched. */
    static final String MACHINE = "load.machine";

    private static final double MILLI = 1e6;
    private static final double MEBI = 1024 * 1024;
    private static final double STALL_MILLIS_MAX = 2;
    private static final double RETURN_MILLIS_MAX = 10;

    private static final Map<String, String> WINDOWS = new LinkedHashMap<>();

    static {
        WINDOWS.put("idle", "no deployment");
        WINDOWS.put("stage", "verify to self-test");
        WINDOWS.put("switch", "switch and 20 ms after");
        WINDOWS.put("trial", "trial");
        WINDOWS.put("commit", "commit and 20 ms after");
        WINDOWS.put("rollback", "rollback, 20 ms before and after");
        WINDOWS.put("collector", "the collector paused the JVM, and 5 ms after");
        WINDOWS.put("update.alone", "switch or commit and 20 ms after, without these pauses");
    }

    private final Map<ModuleKind, Properties> results;
    private final List<String> misses = new ArrayList<>();

    LifecycleReport(Map<ModuleKind, Properties> results) {
        this.results = results;
    }

    String text() {
        String tables = load() + waits() + plain() + hot();
        return tables
                + (misses.isEmpty()
                        ? "\nEvery target is met.\n"
                        : "\nTargets missed: " + String.join("; ", misses) + ".\n");
    }

    /** How many values there were, median, 99th of 100 and greatest, the last three in milliseconds. */
    private record Spread(long count, double median, double high, double greatest) {
        static Spread of(Properties from, String key) {
            long[] numbers = numbers(from, key);
            return new Spread(numbers[0], numbers[1] / MILLI, numbers[2] / MILLI, numbers[3] / MILLI);
        }

        String cells() {
            return String.format(Locale.ROOT, "%.2f | %.2f | %.2f", median, high, greatest);
        }
    }

    private static String value(Properties from, String key) {
        String value = from.getProperty(key);
        if (value == null) {
            throw new IllegalStateException("the gateway did not tell " + key);
        }
        return value;
    }

    private static long[] numbers(Properties from, String key) {
        return Arrays.stream(value(from, key).split(" ", -1))
                .mapToLong(Long::parseLong)
                .toArray();
    }

    private static long number(Properties from, String key) {
        return numbers(from, key)[0];
    }

    private static String word(ModuleKind kind) {
        return kind == ModuleKind.WASM ? "WASM" : "native";
    }

    private void miss(boolean isMissed, String text) {
        if (isMissed) {
            misses.add(text);
        }
    }

    private String load() {
        StringBuilder table = new StringBuilder("Updates under load: one batch of " + SequenceRun.BATCH
                + " readings of " + SequenceRun.CHANNELS
                + " channels each millisecond, each reading with a number of its channel. The versions that are rolled back fail every call after"
                + " their first 20 batches; the old version does these calls again. Stall: the time from when a batch was to be sent"
                + " to its arrival, of all batches that arrived while an update switched or let the old version go, and"
                + " 20 ms after. The machine's share: how late a thread of another process woke at these times that does nothing but"
                + " wake each millisecond; a batch needs three such wakings: the sender's, the module's and the sink's.\n\n"
                + "| module | readings/s | updates | rollbacks | lost (target 0) | doubled (target 0) |"
                + " out of order (target 0) | stall, ms: median | p99 (target 2) | max | the machine's share, ms: median | p99 | max | worst stall of an update, ms: median |"
                + " rollback in trial, ms: median | max (target 10) |\n"
                + "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        results.forEach((kind, from) -> {
            Spread stall = Spread.of(from, "load.wait.update");
            Spread worst = Spread.of(from, "load.stall");
            Spread back = Spread.of(from, "load.return");
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %.0f | %s | %s | %s | %s | %s | %s | %s | %.2f | %.2f | %.2f |%n",
                    word(kind),
                    number(from, "load.made") / Double.parseDouble(value(from, "load.seconds")),
                    value(from, "load.committed"),
                    value(from, "load.rolledBack"),
                    value(from, "load.lost"),
                    value(from, "load.doubled"),
                    value(from, "load.disordered"),
                    stall.cells(),
                    Spread.of(from, MACHINE).cells(),
                    worst.median,
                    back.median,
                    back.greatest));
            judge(word(kind) + " under load", from, "load");
            String unexpected = value(from, "load.unexpected");
            miss(!unexpected.isEmpty(), word(kind) + ": a deployment did not end as it should, " + unexpected);
            miss(
                    stall.high > STALL_MILLIS_MAX,
                    String.format(Locale.ROOT, "%s: the stall of updates is %.2f ms", word(kind), stall.high));
            miss(
                    back.greatest > RETURN_MILLIS_MAX,
                    String.format(Locale.ROOT, "%s: a rollback took %.2f ms", word(kind), back.greatest));
        });
        return table.toString();
    }

    private void judge(String what, Properties from, String prefix) {
        for (String each : List.of("lost", "doubled", "disordered", "strange")) {
            long count = number(from, prefix + "." + each);
            miss(count != 0, what + ": " + count + " readings " + each);
        }
    }

    private String waits() {
        StringBuilder table =
                new StringBuilder("\nTime from when a batch was to be sent to its arrival, in milliseconds, by"
                        + " what the lifecycle manager did meanwhile.\n\n"
                        + "| while | native: batches | median | p99 | max | WASM: batches | median | p99 | max |\n"
                        + "|---|---|---|---|---|---|---|---|---|\n");
        WINDOWS.forEach((key, text) -> {
            table.append("| ").append(text);
            results.values().forEach(from -> {
                Spread wait = Spread.of(from, "load.wait." + key);
                table.append(" | ").append(wait.count).append(" | ").append(wait.cells());
            });
            table.append(" |\n");
        });
        results.forEach((kind, from) -> {
            Spread whole = Spread.of(from, "load.deployment");
            Spread notice = Spread.of(from, "load.notice");
            table.append(String.format(
                    Locale.ROOT,
                    "%n%s: a deployment with its trial of 0.5 s took %.0f ms (median; %.0f at most). A bad version's first"
                            + " failed call was noticed within %.1f ms. %s.%n",
                    word(kind),
                    whole.median,
                    whole.greatest,
                    notice.greatest,
                    value(from, "load.pauses")));
        });
        return table.toString();
    }

    private String plain() {
        Properties from = results.get(ModuleKind.NATIVE);
        if (from == null) {
            throw new IllegalStateException("the native module was not measured");
        }
        Spread gap = Spread.of(from, "load.gap");
        StringBuilder table = new StringBuilder("\nThe same native module, the same load: deployments against the"
                + " framework's own `Bundle.update` of a bundle that nobody manages. The gap is the longest time without an"
                + " arrival, beyond the pace.\n\n"
                + "| update by | queue when full | updates | gap, ms: median | max | against deployment | lost | doubled |\n"
                + "|---|---|---|---|---|---|---|---|\n");
        table.append(String.format(
                Locale.ROOT,
                "| deployment | block | %d | %.2f | %.2f | 1.0 | %s | %s |%n",
                gap.count,
                gap.median,
                gap.greatest,
                value(from, "load.lost"),
                value(from, "load.doubled")));
        Map<String, String> policies = new LinkedHashMap<>();
        policies.put(LifecyclePlan.PLAIN_BLOCK, "block");
        policies.put(LifecyclePlan.PLAIN_DROP, "drop-oldest");
        policies.forEach((key, policy) -> {
            Spread plainGap = Spread.of(from, key + ".gap");
            table.append(String.format(
                    Locale.ROOT,
                    "| `Bundle.update` | %s | %d | %.2f | %.2f | %.1f | %s | %s |%n",
                    policy,
                    plainGap.count,
                    plainGap.median,
                    plainGap.greatest,
                    plainGap.median / gap.median,
                    value(from, key + ".lost"),
                    value(from, key + ".doubled")));
        });
        return table.toString();
    }

    private String hot() {
        StringBuilder text =
                new StringBuilder("\nHot updates, one after the other, 10 000 readings/s meanwhile; what the"
                        + " process holds after a collection. Target: flat; 0 lost, doubled, out of order.\n\n"
                        + "| module | after | heap, MiB | metaspace, MiB | code, MiB | resident, MiB | threads | open files |"
                        + " classes | bundles |\n|---|---|---|---|---|---|---|---|---|---|\n");
        StringBuilder ends = new StringBuilder();
        results.forEach((kind, from) -> {
            List<long[]> looks = new ArrayList<>();
            for (int i = 0; i < HotPhase.LOOKS; i++) {
                looks.add(numbers(from, "hot.look." + i));
            }
            for (int i : new int[] {0, HotPhase.LOOKS / 2, HotPhase.LOOKS - 1}) {
                text.append(row(word(kind), looks.get(i)));
            }
            text.append(slopes(word(kind), looks));
            long count = looks.get(looks.size() - 1)[0];
            ends.append(String.format(
                    Locale.ROOT,
                    "%n%s: %d updates, %.1f ms each; lost %s, doubled %s, out of order %s of %s readings.%n",
                    word(kind),
                    count,
                    number(from, "hot.nanos") / MILLI / count,
                    value(from, "hot.lost"),
                    value(from, "hot.doubled"),
                    value(from, "hot.disordered"),
                    value(from, "hot.made")));
            judge(word(kind) + " during hot updates", from, "hot");
            miss(count < LifecycleSuite.HOT, word(kind) + ": only " + count + " hot updates fitted into the time");
        });
        return text.append(ends).toString();
    }

    private static String row(String kind, long[] look) {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %.1f | %.1f | %.1f | %.0f | %d | %d | %d | %d |%n",
                kind,
                look[0],
                look[1] / MEBI,
                look[2] / MEBI,
                look[3] / MEBI,
                look[4] / MEBI,
                look[5],
                look[6],
                look[7],
                look[8]);
    }

    /** What each figure grows by in 1000 updates, by the line of least squares. */
    private String slopes(String kind, List<long[]> looks) {
        double[] slopes = new double[looks.get(0).length];
        for (int i = 1; i < slopes.length; i++) {
            slopes[i] = 1000 * slope(looks, i);
        }
        return String.format(
                Locale.ROOT,
                "| %s | growth in 1000 | %+.2f | %+.2f | %+.2f | %+.0f | %+.1f | %+.1f | %+.1f | %+.1f |%n",
                kind,
                slopes[1] / MEBI,
                slopes[2] / MEBI,
                slopes[3] / MEBI,
                slopes[4] / MEBI,
                slopes[5],
                slopes[6],
                slopes[7],
                slopes[8]);
    }

    /** Returns what {@code figure} grows by with each update. */
    static double slope(List<long[]> looks, int figure) {
        double meanX = looks.stream().mapToLong(l -> l[0]).average().orElse(0);
        double meanY = looks.stream().mapToLong(l -> l[figure]).average().orElse(0);
        double covariance = 0;
        double variance = 0;
        for (long[] look : looks) {
            covariance += (look[0] - meanX) * (look[figure] - meanY);
            variance += (look[0] - meanX) * (look[0] - meanX);
        }
        return variance == 0 ? 0 : covariance / variance;
    }
}
