/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.driver.replay.CsvReader.MalformedRecordException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CsvReaderTest {

    private static List<List<String>> read(String text) throws IOException, MalformedRecordException {
        List<List<String>> records = new ArrayList<>();
        try (CsvReader csv = new CsvReader(new StringReader(text), ',', 1000)) {
            for (List<String> record = csv.next(); record != null; record = csv.next()) {
                records.add(List.copyOf(record));
            }
        }
        return records;
    }

    @Test
    void readsWhatRfc4180Describes() throws Exception {
        // RFC 4180 section 2: CRLF or not at the end, quoted delimiters, line ends and doubled quotes.
        assertEquals(
                List.of(List.of("a", "b,c", ""), List.of("say \"hi\"", "two\r\nlines", "x")),
                read("a,\"b,c\",\r\n\"say \"\"hi\"\"\",\"two\r\nlines\",x"));
    }

    @Test
    void passesOverEmptyLinesAndAByteOrderMark() throws Exception {
        assertEquals(List.of(List.of("t", "v"), List.of("1", "2")), read("\uFEFFt,v\n\n\r\n1,2\n\n"));
    }

    @Test
    void countsLinesAsAnEditorDoes() throws Exception {
        try (CsvReader csv = new CsvReader(new StringReader("h\n\n\"a\nb\"\nlast"), ',', 1000)) {
            csv.next();
            assertEquals(1, csv.line());
            csv.next();
            assertEquals(3, csv.line());
            csv.next();
            assertEquals(5, csv.line());
            assertNull(csv.next());
        }
    }

    @Test
    void goesOnWithTheNextLineAfterARecordThatIsTooLong() throws Exception {
        try (CsvReader csv = new CsvReader(new StringReader("ab,cd\n" + "x".repeat(500) + ",1\nok,1\n"), ',', 10)) {
            csv.next();
            MalformedRecordException e = assertThrows(MalformedRecordException.class, csv::next);
            assertTrue(String.valueOf(e.getMessage()).contains("longer than 10"), e.getMessage());
            assertEquals(2, csv.line());
            assertEquals(List.of("ok", "1"), csv.next());
        }
    }

    @Test
    void saysSoWhenAQuoteIsNeverClosedOrIsFollowedByText() throws Exception {
        try (CsvReader csv = new CsvReader(new StringReader("\"a\"b,1\nok,2\n\"open"), ',', 100)) {
            assertThrows(MalformedRecordException.class, csv::next);
            assertEquals(List.of("ok", "2"), csv.next());
            assertThrows(MalformedRecordException.class, csv::next);
            assertNull(csv.next());
        }
    }

    @Test
    void garbageNeverHangsAndNeverGrows() throws Exception {
        long seed = 20_260_101;
        Random random = new Random(seed);
        String alphabet = "ab,\"\n\r;1";
        for (int round = 0; round < 200; round++) {
            StringBuilder text = new StringBuilder();
            random.ints(300, 0, alphabet.length()).forEach(i -> text.append(alphabet.charAt(i)));
            try (CsvReader csv = new CsvReader(new StringReader(text.toString()), ',', 40)) {
                int calls = 0;
                boolean isAtEnd = false;
                while (!isAtEnd) {
                    assertTrue(calls++ <= 301, "seed " + seed + " round " + round);
                    try {
                        List<String> record = csv.next();
                        isAtEnd = record == null;
                        assertTrue(record == null || String.join("", record).length() <= 40);
                    } catch (MalformedRecordException e) {
                        assertTrue(csv.line() > 0);
                    }
                }
            }
        }
    }

    @Test
    void aFileOfOneEndlessLineIsReadInBoundedMemory() throws Exception {
        // A line of 20 million characters, of which 65 536 are ever kept.
        Reader endless = new Reader() {
            private long left = 20_000_000;

            @Override
            public int read(char[] target, int offset, int length) {
                int count = (int) Math.min(length, left);
                java.util.Arrays.fill(target, offset, offset + count, 'x');
                left -= count;
                return count == 0 ? -1 : count;
            }

            @Override
            public void close() {}
        };
        try (CsvReader csv = new CsvReader(endless, ',', 65_536)) {
            assertThrows(MalformedRecordException.class, csv::next);
            assertNull(csv.next());
        }
    }
}
