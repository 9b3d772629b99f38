/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void theWidestFlexibleColumnGivesWayUntilTheLineFits() {
        Table table = new Table().flexible("NAME").number("N").flexible("REASON");
        table.row("short", 1234567890123L, "r".repeat(200));
        List<String> lines = print(table);
        assertEquals(Table.LINE_WIDTH, lines.get(1).length());
        assertTrue(lines.get(1).startsWith("short  1234567890123  rrr"), lines.get(1));
        assertTrue(lines.get(1).endsWith("rr.."), lines.get(1));
    }

    @Test
    void numbersAlignToTheRightAndTrailingBlanksAreDropped() {
        Table table = new Table().number("N").flexible("NAME");
        table.row(5, "a");
        table.row(50, "");
        assertEquals(List.of(" N  NAME", " 5  a", "50"), print(table));
    }

    @Test
    void aRowWithTheWrongNumberOfCellsIsABug() {
        Table table = new Table().text("A").text("B");
        assertThrows(IllegalArgumentException.class, () -> table.row("only one"));
    }

    @Test
    void agesAndSizesUseTheLargestUnitThatStillSaysSomething() {
        assertEquals("119s", Display.age(Duration.ofSeconds(119)));
        assertEquals("2m", Display.age(Duration.ofSeconds(121)));
        assertEquals("47h", Display.age(Duration.ofHours(47)));
        assertEquals("2d", Display.age(Duration.ofHours(49)));
        assertEquals("1023 B", Display.bytes(1023));
        assertEquals("128 KiB", Display.bytes(131_072));
        assertEquals("1.5 MiB", Display.bytes(1_572_864));
        assertEquals("-", Display.time(0));
        assertEquals("1969-12-31 23:59:59", Display.time(-1));
    }

    private static List<String> print(Table table) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
