/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The table of one section of a reference page: the first column is the name, the column headed Default its default.
 *
 * @param rows name to default, without back ticks; no default is the empty string
 */
record ReferenceTable(Map<String, String> rows) {

    /** What a writer puts where there is no default. */
    private static final Set<String> NOTHING = Set.of("-", "\u2013", "\u2014", "none", "(none)", "empty", "(empty)");

    private static final String DEFAULT = "default";

    ReferenceTable {
        rows = Map.copyOf(rows);
    }

    Set<String> names() {
        return rows.keySet();
    }

    /** Returns the default as written; empty when there is none or no such row. */
    String defaultOf(String name) {
        return rows.getOrDefault(name, "");
    }

    /** Reads the tables of the sections {@code ## <name>} whose name starts with {@code prefix}. */
    static Map<String, ReferenceTable> read(String markdown, String prefix) {
        Map<String, ReferenceTable> tables = new LinkedHashMap<>();
        String section = "";
        Map<String, String> rows = new LinkedHashMap<>();
        int defaultColumn = -1;
        for (String line : markdown.lines().toList()) {
            if (line.startsWith("## ") || line.startsWith("# ")) {
                section = plain(line.substring(line.indexOf(' ')).trim().split(" ", 2)[0]);
                rows = new LinkedHashMap<>();
                defaultColumn = -1;
                if (section.startsWith(prefix)) {
                    tables.put(section, new ReferenceTable(rows));
                }
            } else if (line.startsWith("|") && section.startsWith(prefix)) {
                List<String> cells = cells(line);
                int headed = indexOfDefault(cells);
                if (headed >= 0) {
                    defaultColumn = headed;
                } else if (defaultColumn >= 0 && !cells.get(0).matches("[-: ]*")) {
                    rows.put(cells.get(0), defaultColumn < cells.size() ? cells.get(defaultColumn) : "");
                    tables.put(section, new ReferenceTable(rows));
                }
            } else if (!line.startsWith("|")) {
                defaultColumn = -1;
            }
        }
        return tables;
    }

    /** Returns text without back ticks and quotes; the ways to write nothing become the empty string. */
    static String plain(String text) {
        String bare = text.trim().replace("`", "").replace("\"", "").trim();
        return NOTHING.contains(bare.toLowerCase(Locale.ROOT)) ? "" : bare;
    }

    private static int indexOfDefault(List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            if (cells.get(i).equalsIgnoreCase(DEFAULT)) {
                return i;
            }
        }
        return -1;
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        // A bar inside a cell is written \|.
        for (String cell : line.replaceAll("^\\||\\|\\s*$", "").split("(?<!\\\\)\\|", -1)) {
            cells.add(plain(cell.replace("\\|", "|")));
        }
        return cells;
    }
}
