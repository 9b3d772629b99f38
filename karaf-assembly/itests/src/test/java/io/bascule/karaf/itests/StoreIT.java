/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The store in the distribution: what a flow has stored is there after kill -9, and the shell shows it. */
@Story
@Timeout(600)
class StoreIT {

    private static final String CHANNEL = "press/count";

    private MortalGateway gateway;

    @BeforeAll
    void unpack() throws IOException, InterruptedException {
        gateway = MortalGateway.unpack("store", home -> {
            MortalGateway.prepare(home, "count=counter(start=1)", 100);
            // By load, not by the clock: a busy machine then makes fewer readings, but leaves none out.
            Files.writeString(
                    home.resolve("etc/io.bascule.driver.simulator-press.cfg"),
                    "readingsPerSecond = 500\nbatchSize = 5\n",
                    StandardOpenOption.APPEND);
        });
        gateway.boot();
    }

    @AfterAll
    void close() {
        gateway.close();
    }

    @Test
    @Order(1)
    void whoStoresNothingOpensNoFile() throws IOException {
        assertFalse(Files.exists(gateway.home().resolve("store/history.db")));
        assertTrue(gateway.ok("bundle:list -s --no-format --no-ellipsis").contains("io.bascule.core.store"));
    }

    @Test
    @Order(2)
    void whatAFlowStoredIsThereAfterKillsAndNothingIsMissingBetween() throws IOException, InterruptedException {
        gateway.put("etc/flows/keep.json", """
                {"name":"keep","stages":[
                  {"id":"in","type":"channels","channels":["press/*"]},
                  {"id":"keep","type":"store","onFault":"retry"}],
                 "edges":[{"from":"in","to":"keep"}]}
                """.getBytes(StandardCharsets.UTF_8));
        long acknowledged = 0;
        for (int round = 0; round < 3; round++) {
            gateway.await("readings that were stored", () -> stored() > 300);
            acknowledged += stored();
            gateway.kill();
            gateway.boot();
            List<JsonObject> all = read();
            assertTrue(all.size() >= acknowledged, all.size() + " readings of " + acknowledged + " acknowledged");
            requireRuns(all);
        }
    }

    /** Readings that the store says it has acknowledged since the start. */
    private long stored() {
        try {
            return gateway.json("bascule:store-info --json")
                    .getAsJsonObject()
                    .getAsJsonObject("history")
                    .get("stored")
                    .getAsLong();
        } catch (IOException e) {
            throw new AssertionError("the shell does not answer", e);
        }
    }

    private List<JsonObject> read() {
        return gateway.list("bascule:store-read --json --from 1h --limit 100000 " + CHANNEL);
    }

    /** Each run of the simulator counts from 1 up: within a run no number is missing and none is there twice. */
    private static void requireRuns(List<JsonObject> readings) {
        long last = -1;
        for (JsonObject reading : readings) {
            long value = reading.get("value").getAsLong();
            boolean isNewRun = value < last;
            if (last >= 0 && !isNewRun) {
                assertEquals(last + 1, value);
            }
            last = value;
        }
    }

    @Test
    @Order(3)
    void theShellShowsAndExportsWhatIsStored() throws IOException {
        String rows = gateway.ok("bascule:store-read --from 1h --limit 5 " + CHANNEL);
        assertTrue(rows.contains("TIME") && rows.contains("More follow"), rows);
        List<JsonObject> sums = gateway.list("bascule:store-read --json --from 1h --every 10m " + CHANNEL);
        long count = sums.stream().mapToLong(s -> s.get("count").getAsLong()).sum();
        assertTrue(count > 900, sums.toString());
        String said = gateway.ok("bascule:store-export data/all.csv");
        Path csv = gateway.home().resolve("data/all.csv");
        assertTrue(said.contains("Wrote "), said);
        List<String> lines = Files.readAllLines(csv);
        assertEquals("time,channel,kind,value,quality", lines.get(0));
        assertTrue(lines.size() > 900, lines.size() + " lines");
        String info = gateway.ok("bascule:store-info");
        assertTrue(info.contains("HISTORY") && info.contains("No outboxes"), info);
        assertTrue(info.lines().allMatch(line -> line.length() <= 80), info);
    }
}
