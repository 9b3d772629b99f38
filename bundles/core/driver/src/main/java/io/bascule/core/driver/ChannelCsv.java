/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.driver.ChannelConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Channel lists as CSV (RFC 4180): a header line with {@code name}, {@code address} and option names in any order, then a line
 * for each channel; an empty cell is an option that is not set. Separated by commas, or by semicolons or tabs when the header is.
 */
final class ChannelCsv {

    private static final String NAME = "name";
    private static final String ADDRESS = "address";
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String LINE_END = "\r\n";

    private final String text;
    private final char delimiter;
    private final Consumer<String> problems;
    private int at;
    private int line = 1;

    private ChannelCsv(String text, char delimiter, Consumer<String> problems) {
        this.text = text;
        this.delimiter = delimiter;
        this.problems = problems;
    }

    /** Reads a list; what is wrong is told to {@code problems} with its line, and reading goes on with the next line. */
    static List<ChannelConfig> parse(String csv, Consumer<String> problems) {
        String text = csv.startsWith(BYTE_ORDER_MARK) ? csv.substring(1) : csv;
        return new ChannelCsv(text, delimiterOf(text), problems).read();
    }

    private static char delimiterOf(String text) {
        String header = text.lines().findFirst().orElse("");
        return header.indexOf(',') >= 0 ? ',' : header.indexOf(';') >= 0 ? ';' : header.indexOf('\t') >= 0 ? '\t' : ',';
    }

    private List<ChannelConfig> read() {
        List<String> header = record().stream().map(String::strip).toList();
        Set<String> seen = new HashSet<>();
        boolean isFine = header.contains(NAME) && header.contains(ADDRESS);
        if (!isFine) {
            problems.accept("line 1: the header is " + header + "; expected at least the columns name and address");
        }
        for (String column : header) {
            if (column.isEmpty() || !seen.add(column)) {
                problems.accept("line 1: column '" + column + "' is empty or there twice");
                isFine = false;
            }
        }
        List<ChannelConfig> channels = new ArrayList<>();
        while (isFine && at < text.length()) {
            int start = line;
            List<String> cells = record();
            if (cells.size() == 1 && cells.get(0).isBlank()) {
                continue;
            }
            channel(header, cells, "line " + start, channels);
        }
        return channels;
    }

    private void channel(List<String> header, List<String> cells, String origin, List<ChannelConfig> channels) {
        if (cells.size() != header.size()) {
            problems.accept(
                    origin + ": has " + cells.size() + " cells; expected " + header.size() + " as in the header");
            return;
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i).strip();
            if (!cell.isEmpty()) {
                options.put(header.get(i), cell);
            }
        }
        String name = options.remove(NAME);
        String address = options.remove(ADDRESS);
        if (name == null || address == null) {
            problems.accept(origin + ": " + (name == null ? NAME : ADDRESS) + " is empty");
            return;
        }
        channels.add(new ChannelConfig(name, address, options, origin));
    }

    private List<String> record() {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean isQuoted = false;
        int start = line;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\n') {
                line++;
            }
            if (isQuoted) {
                if (c != '"') {
                    cell.append(c);
                } else if (at < text.length() && text.charAt(at) == '"') {
                    cell.append('"');
                    at++;
                } else {
                    isQuoted = false;
                }
            } else if (c == '"' && cell.toString().isBlank()) {
                cell.setLength(0);
                isQuoted = true;
            } else if (c == delimiter) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else if (c == '\n') {
                break;
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        if (isQuoted) {
            problems.accept("line " + start + ": a double quote is not closed");
        }
        cells.add(cell.toString());
        return cells;
    }

    /** Writes a list as {@link #parse} reads it; columns are the options that any channel has. */
    static String print(List<ChannelConfig> channels) {
        Set<String> columns = new LinkedHashSet<>(List.of(NAME, ADDRESS));
        channels.forEach(c -> columns.addAll(c.options().keySet()));
        StringBuilder csv = new StringBuilder(String.join(",", columns)).append(LINE_END);
        for (ChannelConfig channel : channels) {
            Map<String, String> cells = channel.options();
            cells.put(NAME, channel.name());
            cells.put(ADDRESS, channel.address());
            List<String> written = new ArrayList<>();
            columns.forEach(c -> written.add(quoted(cells.getOrDefault(c, ""))));
            csv.append(String.join(",", written)).append(LINE_END);
        }
        return csv.toString();
    }

    private static String quoted(String cell) {
        boolean isPlain = cell.chars().noneMatch(c -> c == ',' || c == ';' || c == '"' || c == '\n' || c == '\r');
        return isPlain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
