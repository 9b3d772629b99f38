/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads comma-separated values as RFC 4180 describes them, one record at a time: cells in double quotes may hold the
 * delimiter, line ends and doubled quotes. Lines may end in LF or CRLF; empty lines are passed over; a byte order mark at
 * the start is too. Memory is bounded by the longest record allowed. Confined to one thread.
 */
final class CsvReader implements Closeable {

    private static final int BUFFER_CHARS = 64 * 1024;
    private static final int END = -1;
    private static final char QUOTE = '"';
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final Reader in;
    private final char delimiter;
    private final int recordCharsMax;
    private final char[] buffer = new char[BUFFER_CHARS];
    private final StringBuilder cell = new StringBuilder();
    private final List<String> cells = new ArrayList<>();
    private int position;
    private int limit;
    private long linesEnded;
    private long recordLine;
    private int recordChars;

    /** A record that is not CSV; the next call goes on with the line after. */
    static final class MalformedRecordException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedRecordException(String message) {
            super(message);
        }
    }

    /**
     * Reads from {@code in}.
     *
     * @param recordCharsMax longest record in characters
     */
    CsvReader(Reader in, char delimiter, int recordCharsMax) throws IOException {
        this.in = in;
        this.delimiter = delimiter;
        this.recordCharsMax = recordCharsMax;
        if (peek() == BYTE_ORDER_MARK) {
            position++;
        }
    }

    /** Returns the number of the line, 1 and up, on which the last record began. */
    long line() {
        return recordLine;
    }

    /**
     * Returns the cells of the next record, valid until the next call; null at the end.
     *
     * @throws MalformedRecordException when the record is too long or has text after a closing quote
     */
    @Nullable
    List<String> next() throws IOException, MalformedRecordException {
        do {
            if (peek() == END) {
                return null;
            }
            recordLine = linesEnded + 1;
            recordChars = 0;
            cells.clear();
            while (readCell()) {
                // Cells are collected as they end.
            }
        } while (cells.size() == 1 && cells.get(0).isEmpty());
        return cells;
    }

    /** Reads one cell with what ends it; returns whether another one follows in this record. */
    private boolean readCell() throws IOException, MalformedRecordException {
        cell.setLength(0);
        if (peek() == QUOTE) {
            read();
            readQuoted();
            int end = read();
            if (end == '\r' && (peek() == '\n' || peek() == END)) {
                end = read();
            }
            if (end != delimiter && end != '\n' && end != END) {
                skipLine();
                throw new MalformedRecordException("text after the closing quote of cell " + (cells.size() + 1)
                        + "; a quote inside a quoted cell is written twice");
            }
            cells.add(cell.toString());
            return end == delimiter;
        }
        while (true) {
            int c = read();
            if (c == delimiter || c == '\n' || c == END) {
                int length = cell.length();
                if (c != delimiter && length > 0 && cell.charAt(length - 1) == '\r') {
                    cell.setLength(length - 1);
                }
                cells.add(cell.toString());
                return c == delimiter;
            }
            cell.append((char) c);
        }
    }

    private void readQuoted() throws IOException, MalformedRecordException {
        while (true) {
            int c = read();
            if (c == END) {
                throw new MalformedRecordException("the quote of cell " + (cells.size() + 1) + " is never closed");
            }
            if (c == QUOTE) {
                if (peek() != QUOTE) {
                    return;
                }
                read();
            }
            cell.append((char) c);
        }
    }

    private void skipLine() throws IOException {
        int c = peek();
        while (c != END) {
            position++;
            if (c == '\n') {
                linesEnded++;
                return;
            }
            c = peek();
        }
    }

    private int read() throws IOException, MalformedRecordException {
        int c = peek();
        if (c == END) {
            return END;
        }
        if (recordChars >= recordCharsMax) {
            skipLine();
            throw new MalformedRecordException("the record is longer than " + recordCharsMax
                    + " characters (recordCharsMax); perhaps a quote is never closed");
        }
        recordChars++;
        position++;
        if (c == '\n') {
            linesEnded++;
        }
        return c;
    }

    private int peek() throws IOException {
        if (position == limit) {
            limit = in.read(buffer, 0, buffer.length);
            position = 0;
            if (limit < 1) {
                limit = 0;
                return END;
            }
        }
        return buffer[position];
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
