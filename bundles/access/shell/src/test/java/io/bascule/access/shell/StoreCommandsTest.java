/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.access.shell.ShellHarness.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCommandsTest {

    private static final String FROM = "--from 2026-01-31T12:00:00Z ";
    private static final String UNTIL = "--until 2026-01-31T12:01:00Z ";
    private static final long NOON = 1_769_860_800_000_000_000L;

    @TempDir
    Path base;

    private final FakeStore store = new FakeStore();
    private final ShellHarness shell = new ShellHarness(store.context());

    @AfterEach
    void close() {
        assertEquals(0, store.lent, "every command gives the store back");
        shell.close();
        System.clearProperty("karaf.base");
    }

    private Result run(String line) {
        Result result = shell.run(line);
        boolean fits = result.lines().stream().allMatch(l -> l.length() <= Table.LINE_WIDTH);
        assertTrue(fits || line.contains("--json"), result.output());
        return result;
    }

    @Test
    void readingsAreShownWithTheirTimesAndHowToGoOn() {
        Result result = run("bascule:store-read " + FROM + UNTIL + "--limit 2 press/speed");
        assertTrue(result.isOk(), result.error());
        assertEquals("2026-01-31 12:00:00.000  1.5    good", result.lines().get(1));
        assertEquals("2026-01-31 12:00:01.000  2.5    good", result.lines().get(2));
        assertTrue(result.lines().get(3).contains("--from 2026-01-31T12:00:01Z goes on"), result.output());
        assertEquals(List.of("press/speed " + NOON + " " + (NOON + 60 * FakeStore.SECOND) + " 2"), store.questions);
        JsonArray json = JsonParser.parseString(run("bascule:store-read --json " + FROM + UNTIL + "press/speed")
                        .output())
                .getAsJsonArray();
        assertEquals(50, json.size());
        assertEquals(NOON, json.get(0).getAsJsonObject().get("timeNanos").getAsLong());
        assertTrue(run("bascule:store-read press/nothing").output().contains("Nothing is stored of 'press/nothing'"));
    }

    @Test
    void readingsAreSummedUp() {
        Result result = run("bascule:store-read " + FROM + UNTIL + "--every 30s --good press/speed");
        assertEquals(List.of("sum 30000000000 GOOD"), store.questions);
        assertEquals(
                "2026-01-31 12:00:00.000     60         1  1.0   2.0  3.0",
                result.lines().get(1));
        assertEquals(
                "2026-01-31 12:00:30.000      0         7    -     -    -",
                result.lines().get(2));
        JsonArray json = JsonParser.parseString(
                        run("bascule:store-read --json --every 1h press/speed").output())
                .getAsJsonArray();
        assertTrue(json.get(1).getAsJsonObject().get("min").isJsonNull());
    }

    @Test
    void wrongTimesAreRefusedWithWhatIsExpected() {
        assertTrue(
                run("bascule:store-read --from yesterday press/speed").error().contains("such as 2h"));
        assertTrue(run("bascule:store-read --every 0s press/speed").error().contains("expected for example 10s"));
        assertTrue(run("bascule:store-read --from 1h --until 2h press/speed")
                .error()
                .contains("the end is before the beginning"));
        assertTrue(run("bascule:store-read --limit 0 press/speed").error().contains("expected 1 to 100000"));
    }

    @Test
    void theStoreTellsOfItself() {
        Result result = run("bascule:store-info");
        assertTrue(result.isOk(), result.error());
        assertTrue(result.lines().get(1).matches("5.0 MiB +1024.0 MiB +2 +1000 +2 +4 +3"), result.output());
        assertTrue(result.output().contains("! outbox broker: the disk is full"), result.output());
        assertTrue(
                result.lines().get(result.lines().size() - 1).matches("broker +7 +2 KiB +256.0 MiB +9 +0"),
                result.output());
        JsonObject json = JsonParser.parseString(
                        run("bascule:store-info --json").output())
                .getAsJsonObject();
        assertEquals(1000, json.getAsJsonObject("history").get("stored").getAsLong());
        assertEquals(
                9,
                json.getAsJsonArray("outboxes")
                        .get(0)
                        .getAsJsonObject()
                        .get("dropped")
                        .getAsLong());
    }

    @Test
    void readingsAreExportedToAFileThatIsNotThereYet() throws IOException {
        System.setProperty("karaf.base", base.toString());
        assertTrue(shell.run("bascule:store-export all.csv").output().contains("Wrote 12 readings to "));
        assertEquals("time,channel,kind,value,quality\r\n", Files.readString(base.resolve("all.csv")));
        assertTrue(shell.run("bascule:store-export all.csv").error().contains("exists already"));
        assertTrue(
                shell.run("bascule:store-export --from 5m one.csv press/speed").isOk());
        assertEquals(List.of("export [press/speed, press/valve]", "export [press/speed]"), store.questions);
    }

    @Test
    void aStoreThatIsNotThereOrDoesNotWorkSaysWhy() {
        store.isBroken = true;
        assertTrue(run("bascule:store-info").error().contains("history.db cannot be opened"));
        store.isThere = false;
        assertTrue(run("bascule:store-read press/speed").error().contains("feature:install bascule-store"));
    }
}
