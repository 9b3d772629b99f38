/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Pauses of the collector, as the JVM logged them; in the order of time. */
record Pauses(List<Pause> all) {

    static final String FILE = "data/bench-gc.log";

    /** Option that makes the JVM log them to {@link #FILE}, with the time that {@link System#nanoTime()} tells. */
    static final String OPTION = "-Xlog:gc:file=" + FILE + ":timenanos";

    /** What waited during a pause is worked off so long after it. */
    private static final long AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** For example {@code [1234567890ns] GC(7) Pause Young (Allocation Failure) 31M->24M(40M) 2.817ms}. */
    private static final Pattern LINE =
            Pattern.compile("\\[(?<end>\\d+)ns].* Pause (?<kind>\\w+) \\((?<cause>.*)\\) \\d.* (?<millis>[0-9.]+)ms");

    /**
     * One of them.
     *
     * @param endNanos when it ended
     * @param millis how long it was
     * @param isFull whether everything was collected
     * @param cause why
     */
    record Pause(long endNanos, double millis, boolean isFull, String cause) {
        private boolean hasHeldUp(long at) {
            return at - endNanos > -(long) (millis * 1e6) && at - endNanos < AFTER_NANOS;
        }
    }

    /** Copies the list. */
    Pauses {
        all = List.copyOf(all);
    }

    /** Reads those that ended in a stretch of time. */
    static Pauses read(Path log, long fromNanos, long toNanos) throws IOException {
        List<Pause> found = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            Matcher pause = LINE.matcher(line);
            if (!pause.matches()) {
                continue;
            }
            long end = Long.parseLong(pause.group("end"));
            if (end - fromNanos >= 0 && end - toNanos <= 0) {
                boolean isFull = pause.group("kind").equals("Full");
                found.add(new Pause(end, Double.parseDouble(pause.group("millis")), isFull, pause.group("cause")));
            }
        }
        return new Pauses(found);
    }

    /** Returns whether what arrived at that time may have waited for one of them. */
    boolean haveHeldUp(long atNanos) {
        return all.stream().anyMatch(pause -> pause.hasHeldUp(atNanos));
    }

    private static double longest(List<Pause> of) {
        return of.stream().mapToDouble(Pause::millis).max().orElse(0);
    }

    @Override
    public String toString() {
        List<Pause> full = all.stream().filter(Pause::isFull).toList();
        String text = String.format(
                Locale.ROOT, "The collector paused it %d times, %.1f ms at most", all.size(), longest(all));
        if (full.isEmpty()) {
            return text + "; none of these was a full collection";
        }
        String causes = full.stream().map(Pause::cause).collect(Collectors.toCollection(TreeSet::new)).stream()
                .collect(Collectors.joining(", "));
        return text
                + String.format(
                        Locale.ROOT,
                        "; full collections among these: %d (%s), %.1f ms at most",
                        full.size(),
                        causes,
                        longest(full));
    }
}
