/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Value;
import io.bascule.api.store.Outbox.Message;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.StoredReading;
import io.bascule.testkit.FakeChannelRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed while it appends; what it had been told is stored, is. */
class KillTest {

    private static final int KILLS = 20;
    private static final int SPAN = 1_000_000;

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedIsThereWheneverTheProcessIsKilled() throws Exception {
        Random random = new Random(42);
        Set<Long> messages = new HashSet<>();
        Set<Long> readings = new HashSet<>();
        for (int kill = 0; kill < KILLS; kill++) {
            runAndKill((long) kill * SPAN, 20 + random.nextInt(400), messages, readings);
        }
        assertTrue(messages.size() > KILLS * 5, messages.size() + " messages acknowledged");
        assertTrue(readings.size() > KILLS * 5, readings.size() + " readings acknowledged");
        TestStores stores = new TestStores(folder);
        checkMessages(stores, messages);
        checkReadings(stores, readings);
        assertEquals(List.of(), stores.alarms);
        // Killed processes leave their native library behind; the next one takes it away.
        try (Stream<Path> left = Files.list(folder.resolve("native"))) {
            assertTrue(left.count() <= 4, "native libraries pile up");
        }
    }

    private void runAndKill(long first, int linesToSee, Set<Long> messages, Set<Long> readings) throws IOException {
        Process process = KilledProcess.start(KilledStore.class, folder.toString(), "" + first);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int seen = 0;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                seen++;
                if (seen == linesToSee) {
                    // SIGKILL, by the handle, which leaves the pipe open: what was said before is in it and counts.
                    process.toHandle().destroyForcibly();
                }
                // A line that the kill cut short would be another number.
                if (line.matches("[mr] \\d+") && (seen < linesToSee || out.ready())) {
                    (line.startsWith("m") ? messages : readings).add(Long.valueOf(line.substring(2)));
                }
            }
            assertTrue(seen >= linesToSee, "the process ended by itself after " + seen + " lines");
        } finally {
            process.destroyForcibly();
        }
    }

    private static void checkMessages(TestStores stores, Set<Long> acknowledged) throws Exception {
        try (SqliteOutboxes outboxes = stores.outboxes(64 * TestStores.MIB, StoreSettings.PAGES_MAX)) {
            List<Message> found = outboxes.open("killed").peek(0, 100_000, Long.MAX_VALUE);
            List<Long> numbers = found.stream()
                    .map(m -> Long.valueOf(new String(m.payload(), StandardCharsets.UTF_8)))
                    .toList();
            Set<Long> missing = new HashSet<>(acknowledged);
            missing.removeAll(new HashSet<>(numbers));
            assertEquals(Set.of(), missing);
            assertEquals(numbers.stream().sorted().distinct().toList(), numbers, "in order, each once");
            assertEquals(0, outboxes.open("killed").figures().dropped());
        }
    }

    private static void checkReadings(TestStores stores, Set<Long> acknowledged) throws Exception {
        try (SqliteHistory history = stores.history(new FakeChannelRegistry())) {
            List<StoredReading> found = history.query(
                            ReadingQuery.of(KilledStore.CHANNEL, 0, Long.MAX_VALUE, ReadingQuery.LIMIT_MAX))
                    .readings();
            Set<Long> missing = new HashSet<>(acknowledged);
            missing.removeAll(
                    found.stream().map(r -> ((Value.I64) r.value()).value()).collect(Collectors.toSet()));
            assertEquals(Set.of(), missing);
        }
    }
}
