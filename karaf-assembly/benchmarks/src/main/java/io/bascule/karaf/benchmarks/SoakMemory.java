/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the process held over time. Growth is the median of the slopes between every two looks after the warm-up, times the time that
 * they cover: an outage during some of them does not bend it, a leak does.
 */
final class SoakMemory {

    private static final double MEBIBYTE = 1024 * 1024;

    /** What a process holds, in the order of {@link Resources#look}; most growth in a long soak, and in a short one. */
    enum Held {
        HEAP("heap after a collection, MiB", MEBIBYTE, 4, 32),
        METASPACE("metaspace, MiB", MEBIBYTE, 4, 32),
        CODE("code, MiB", MEBIBYTE, 24, 64),
        RESIDENT("resident, MiB", MEBIBYTE, 48, 192),
        THREADS("threads", 1, 4, 16),
        FILES("open files", 1, 8, 32),
        CLASSES("classes", 1, 300, 3000),
        BUNDLES("bundles", 1, 1, 2);

        private final String words;
        private final double unit;
        private final double growthMax;
        private final double growthMaxShort;

        Held(String words, double unit, double growthMax, double growthMaxShort) {
            this.words = words;
            this.unit = unit;
            this.growthMax = growthMax;
            this.growthMaxShort = growthMaxShort;
        }
    }

    /** One look: seconds since the start, and what was held, in the order of {@link Held}. */
    private record Look(double seconds, Map<Held, Double> held) {
        double of(Held what) {
            return held.getOrDefault(what, 0.0);
        }
    }

    private final List<Look> looks = new ArrayList<>();
    private final int warmUpSeconds;
    private final boolean isLong;

    SoakMemory(SoakPlan plan, List<String> lines) {
        warmUpSeconds = plan.warmUpSeconds();
        isLong = plan.isLong();
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            Map<Held, Double> held = new EnumMap<>(Held.class);
            int next = 1;
            for (Held each : Held.values()) {
                held.put(each, Long.parseLong(words[next]) / each.unit);
                next++;
            }
            looks.add(new Look(Long.parseLong(words[0]), held));
        }
    }

    static SoakMemory read(SoakPlan plan, Path home) throws IOException {
        Path file = home.resolve(SoakProbe.LOOKS);
        return new SoakMemory(plan, Files.exists(file) ? Files.readAllLines(file) : List.of());
    }

    private List<Look> judged() {
        return looks.stream().filter(look -> look.seconds >= warmUpSeconds).toList();
    }

    /** Returns how much more there is at the end of the judged time than at its beginning; 0 with less than two looks. */
    double growth(Held held) {
        List<Look> judged = judged();
        double[] slopes = new double[judged.size() * (judged.size() - 1) / 2];
        int count = 0;
        for (int i = 0; i < judged.size(); i++) {
            for (int j = i + 1; j < judged.size(); j++) {
                Look from = judged.get(i);
                Look to = judged.get(j);
                slopes[count++] = (to.of(held) - from.of(held)) / (to.seconds - from.seconds);
            }
        }
        if (count == 0) {
            return 0;
        }
        Arrays.sort(slopes);
        double median = count % 2 == 1 ? slopes[count / 2] : (slopes[count / 2 - 1] + slopes[count / 2]) / 2;
        return median * (judged.get(judged.size() - 1).seconds - judged.get(0).seconds);
    }

    private double growthMax(Held held) {
        return isLong ? held.growthMax : held.growthMaxShort;
    }

    /** Returns what grew more than it may. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (judged().size() < 3) {
            problems.add("what the process holds was looked at " + judged().size()
                    + " times after the warm-up; expected at least 3");
        }
        for (Held held : Held.values()) {
            if (growth(held) > growthMax(held)) {
                problems.add(String.format(
                        Locale.ROOT,
                        "%s grew by %.1f; expected at most %.1f",
                        held.words,
                        growth(held),
                        growthMax(held)));
            }
        }
        return problems;
    }

    /** Returns rows: one for what each look saw, then growth and bound. */
    String table() {
        StringBuilder table = new StringBuilder("| after, s |");
        for (Held held : Held.values()) {
            table.append(' ').append(held.words).append(" |");
        }
        table.append("\n|---|").append("---|".repeat(Held.values().length)).append('\n');
        int step = Math.max(1, looks.size() / 10);
        for (int i = 0; i < looks.size(); i += step) {
            Look look = looks.get(i);
            table.append(String.format(Locale.ROOT, "| %.0f |", look.seconds));
            for (Held held : Held.values()) {
                table.append(String.format(Locale.ROOT, " %.1f |", look.of(held)));
            }
            table.append('\n');
        }
        table.append("| growth after ").append(warmUpSeconds).append(" s |");
        for (Held held : Held.values()) {
            table.append(String.format(Locale.ROOT, " %+.1f |", growth(held)));
        }
        table.append("\n| at most |");
        for (Held held : Held.values()) {
            table.append(String.format(Locale.ROOT, " %+.1f |", growthMax(held)));
        }
        return table.append('\n').toString();
    }
}
