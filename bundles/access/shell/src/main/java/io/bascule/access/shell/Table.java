/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints rows in columns and keeps every line within {@value #LINE_WIDTH} columns: the widest columns that may shrink
 * give way, and what is cut ends in {@value #CUT}. Confined to one thread.
 */
public final class Table {

    /** Width of a terminal that nobody has resized. */
    public static final int LINE_WIDTH = 80;

    private static final String GAP = "  ";
    private static final String CUT = "..";
    /** Below this a cut cell says nothing any more. */
    private static final int SHRUNK_MIN = 6;

    private enum Column {
        TEXT,
        FLEXIBLE,
        NUMBER
    }

    private final List<String> headers = new ArrayList<>();
    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /** Adds a column whose cells are never cut. */
    public Table text(String header) {
        return column(header, Column.TEXT);
    }

    /** Adds a column whose cells may be cut so that a line fits. */
    public Table flexible(String header) {
        return column(header, Column.FLEXIBLE);
    }

    /** Adds a column of numbers, aligned to the right and never cut. */
    public Table number(String header) {
        return column(header, Column.NUMBER);
    }

    private Table column(String header, Column column) {
        headers.add(header);
        columns.add(column);
        return this;
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException when the number of cells is not the number of columns
     */
    public void row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        List<String> row = new ArrayList<>(cells.length);
        for (Object cell : cells) {
            row.add(clean(String.valueOf(cell)));
        }
        rows.add(row);
    }

    /** Returns whether there are no rows. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Prints the header and all rows. */
    public void print(PrintStream out) {
        int[] widths = widths();
        out.println(line(headers, widths));
        for (List<String> row : rows) {
            out.println(line(row, widths));
        }
    }

    private int[] widths() {
        int[] widths = new int[columns.size()];
        int total = GAP.length() * (columns.size() - 1);
        for (int i = 0; i < widths.length; i++) {
            widths[i] = headers.get(i).length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
            total += widths[i];
        }
        for (int excess = total - LINE_WIDTH; excess > 0; excess--) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                if (columns.get(i) == Column.FLEXIBLE
                        && widths[i] > SHRUNK_MIN
                        && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cut(cells.get(i), widths[i]);
            String pad = " ".repeat(widths[i] - cell.length());
            line.append(i == 0 ? "" : GAP);
            line.append(columns.get(i) == Column.NUMBER ? pad + cell : cell + pad);
        }
        return line.toString().stripTrailing();
    }

    private static String cut(String cell, int width) {
        return cell.length() <= width ? cell : cell.substring(0, width - CUT.length()) + CUT;
    }

    /** Replaces control characters: text from a module must not be able to steer a person's terminal. */
    public static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            clean.append(Character.isISOControl(text.charAt(i)) ? ' ' : text.charAt(i));
        }
        return clean.toString();
    }
}
