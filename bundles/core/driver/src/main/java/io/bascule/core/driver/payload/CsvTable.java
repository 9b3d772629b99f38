/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines of cells (RFC 4180) as a device sent them.
 *
 * @param lines cells by line, without empty lines
 */
record CsvTable(List<List<String>> lines) {

    static CsvTable parse(String text, char separator) {
        List<List<String>> lines = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean isQuoted = false;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (isQuoted) {
                if (c != '"') {
                    cell.append(c);
                } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                    cell.append('"');
                    at++;
                } else {
                    isQuoted = false;
                }
            } else if (c == '"' && cell.toString().isBlank()) {
                cell.setLength(0);
                isQuoted = true;
            } else if (c == separator) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else if (c == '\n') {
                end(cells, cell, lines);
                cells = new ArrayList<>();
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        end(cells, cell, lines);
        return new CsvTable(lines);
    }

    private static void end(List<String> cells, StringBuilder cell, List<List<String>> lines) {
        cells.add(cell.toString());
        cell.setLength(0);
        if (cells.size() > 1 || !cells.get(0).isBlank()) {
            lines.add(cells);
        }
    }
}
