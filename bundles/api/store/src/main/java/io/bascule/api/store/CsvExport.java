/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** What {@link ReadingStore#exportCsv} writes: readings as CSV, RFC 4180. Used by one thread. */
final class CsvExport {

    /** Readings read at once. */
    private static final int PAGE = 10_000;

    private static final String LINE_END = "\r\n";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Writer out;

    CsvExport(OutputStream out) {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    /** Writes all of it and returns how many readings there were. */
    long write(ReadingStore store, List<String> channels, long fromNanos, long untilNanos)
            throws StoreException, IOException {
        out.write(ReadingStore.CSV_HEADER + LINE_END);
        long count = 0;
        for (String channel : channels) {
            // Page by page, so that a slow receiver holds nothing of the store.
            ReadingQuery query = ReadingQuery.of(channel, fromNanos, untilNanos, PAGE);
            ReadingPage page = store.query(query);
            while (true) {
                write(channel, page.readings());
                count += page.readings().size();
                ReadingPage.Cursor next = page.next();
                if (next == null) {
                    break;
                }
                page = store.query(query.from(next));
            }
        }
        out.flush();
        return count;
    }

    private void write(String channel, List<StoredReading> readings) throws IOException {
        for (StoredReading reading : readings) {
            Instant time = Instant.EPOCH.plusNanos(reading.timeNanos());
            out.write(TIME.format(time));
            out.write(',');
            out.write(cell(channel));
            out.write(',');
            out.write(reading.value().kind().word());
            out.write(',');
            out.write(cell(reading.value().asText()));
            out.write(',');
            out.write(reading.quality().word());
            out.write(LINE_END);
        }
    }

    private static String cell(String text) {
        boolean isPlain = text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n');
        return isPlain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
