/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.bascule.api.module.deployment.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A history that has been full for a long time is as fast as a new one. */
final class HistoryBoundsTest {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryBoundsTest.class);
    private static final int MAX = DeploymentStore.HISTORY_ENTRIES;
    private static final int PART = 1000;
    private static final int PARTS = 13;

    @TempDir
    Path folder;

    @Test
    void tenThousandEntriesDoNotSlowDownTheNextAndTheOldestGo() throws IOException {
        try (DeploymentStore store = DeploymentStore.open(new FileDisk(false), folder, MAX)) {
            long[] partNanos = new long[PARTS];
            for (int part = 0; part < PARTS; part++) {
                long before = System.nanoTime();
                for (int i = 1; i <= PART; i++) {
                    store.history().add(Scenario.entry(part * PART + i, Outcome.COMMITTED, i));
                }
                partNanos[part] = System.nanoTime() - before;
            }
            long before = System.nanoTime();
            assertEquals(PARTS * PART, store.history().last(20).get(0).deployment());
            long listNanos = System.nanoTime() - before;
            LOG.info(
                    "1000 entries: the first in {} ms, the last in {} ms; listing 20 of {} took {} ms",
                    partNanos[0] / 1_000_000,
                    partNanos[PARTS - 1] / 1_000_000,
                    store.history().size(),
                    listNanos / 1_000_000);
            assertTrue(partNanos[PARTS - 1] < 10_000_000_000L, "appending 1000 took " + partNanos[PARTS - 1] + " ns");
            assertTrue(listNanos < 2_000_000_000L, "listing took " + listNanos + " ns");

            int size = store.history().size();
            assertTrue(size <= MAX && size > MAX * 9 / 10, "size " + size);
            StringBuilder json = new StringBuilder();
            store.history().export(json);
            JsonArray all = JsonParser.parseString(json.toString()).getAsJsonArray();
            assertEquals(size, all.size());
            assertEquals(
                    PARTS * PART,
                    all.get(size - 1).getAsJsonObject().get("deployment").getAsInt());
        }
        try (Stream<Path> files = Files.list(folder.resolve("history"))) {
            assertTrue(files.count() <= StoreLimits.SEGMENTS + 1);
        }
    }
}
