/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file that holds the figures: one section for each suite, replaced by each run. */
final class Report {

    private Report() {}

    static void replaceSection(Path file, String suite, String body) throws IOException {
        String start = "<!-- figures:" + suite + " -->";
        String end = "<!-- end:" + suite + " -->";
        String section = start + "\n" + body.strip() + "\n" + end;
        String text = Files.exists(file) ? Files.readString(file) : "# Benchmarks\n";
        Matcher place = Pattern.compile(Pattern.quote(start) + ".*?" + Pattern.quote(end), Pattern.DOTALL)
                .matcher(text);
        String replaced = place.find()
                ? text.substring(0, place.start()) + section + text.substring(place.end())
                : text + "\n## " + suite + "\n\n" + section + "\n";
        Files.writeString(file, replaced);
    }
}
