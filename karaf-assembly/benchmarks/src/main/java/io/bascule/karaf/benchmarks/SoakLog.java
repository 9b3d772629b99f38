/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a gateway's log says that a person should know: kinds of lines, numbers left out, and how often each came. */
final class SoakLog {

    private static final int LINE_MAX = 240;
    private static final int KINDS_MAX = 200;

    private final Map<String, Integer> errors = new LinkedHashMap<>();
    private final Map<String, Integer> warnings = new LinkedHashMap<>();

    private SoakLog() {}

    static SoakLog read(Path home) throws IOException {
        SoakLog log = new SoakLog();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(home.resolve("data/log"))) {
            all.filter(file -> String.valueOf(file.getFileName()).startsWith("karaf"))
                    .sorted()
                    .forEach(files::add);
        }
        for (Path file : files) {
            try (Stream<String> lines = Files.lines(file)) {
                lines.forEach(log::line);
            }
        }
        return log;
    }

    private void line(String line) {
        if (line.contains("| ERROR |")) {
            count(errors, line);
        } else if (line.contains("| WARN  |")) {
            count(warnings, line);
        }
    }

    private static void count(Map<String, Integer> kinds, String line) {
        String said = line.substring(line.lastIndexOf(" | ") + 3).replaceAll("[0-9]+", "N");
        String kind = said.length() > LINE_MAX ? said.substring(0, LINE_MAX) : said;
        if (kinds.size() < KINDS_MAX || kinds.containsKey(kind)) {
            kinds.merge(kind, 1, Integer::sum);
        }
    }

    long errors() {
        return errors.values().stream().mapToLong(Integer::longValue).sum();
    }

    /** Returns a list of what was said, the errors first. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append("Lines of level ERROR in the gateway's log: ")
                .append(errors())
                .append(".\n");
        append(text, "ERROR", errors);
        append(text, "WARN", warnings);
        return text.toString();
    }

    private static void append(StringBuilder text, String level, Map<String, Integer> kinds) {
        kinds.forEach((kind, count) -> text.append("- ")
                .append(level)
                .append(", ")
                .append(count)
                .append(" times: `")
                .append(kind.replace('`', '\''))
                .append("`\n"));
    }
}
