/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pauses of the collector, as the JVM logged them.
 *
 * @param count how many
 * @param longestMillis the longest
 * @param full how many of them collected everything
 * @param longestFullMillis the longest of these
 * @param fullCauses why, empty for none
 */
record Pauses(int count, double longestMillis, int full, double longestFullMillis, String fullCauses) {

    /** Option that makes the JVM log them, with {@link #FILE}. */
    static final String OPTION = "-Xlog:gc:file=data/bench-gc.log:uptime";

    static final String FILE = "data/bench-gc.log";

    /** For example {@code [12.345s] GC(7) Pause Young (Allocation Failure) 31M->24M(40M) 2.817ms}. */
    private static final Pattern LINE =
            Pattern.compile("\\[(?<at>[0-9.]+)s].* Pause (?<kind>\\w+) \\((?<cause>.*)\\) \\d.* (?<millis>[0-9.]+)ms");

    /** Reads those of a stretch of the JVM's uptime. */
    static Pauses read(Path log, long fromMillis, long toMillis) throws IOException {
        int count = 0;
        double longest = 0;
        int full = 0;
        double longestFull = 0;
        Set<String> causes = new TreeSet<>();
        for (String line : Files.readAllLines(log)) {
            Matcher pause = LINE.matcher(line);
            if (!pause.matches()) {
                continue;
            }
            double at = Double.parseDouble(pause.group("at")) * 1000;
            double millis = Double.parseDouble(pause.group("millis"));
            if (at < fromMillis || at > toMillis) {
                continue;
            }
            count++;
            longest = Math.max(longest, millis);
            if (pause.group("kind").equals("Full")) {
                full++;
                longestFull = Math.max(longestFull, millis);
                causes.add(pause.group("cause"));
            }
        }
        return new Pauses(count, longest, full, longestFull, String.join(", ", causes));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "The collector paused it %d times, %.1f ms at most; %d of these were full collections%s",
                count,
                longestMillis,
                full,
                full == 0 ? "" : String.format(Locale.ROOT, " (%s), %.1f ms at most", fullCauses, longestFullMillis));
    }
}
