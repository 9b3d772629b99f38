/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store keeps comes back as it was. */
final class DeploymentStoreTest {

    /** The issue asks for 200 ms on an idle machine; the rest is for machines that build something else meanwhile. */
    private static final Duration OPEN_MAX = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    @Test
    void bringsEverythingBackAsItWas() throws IOException {
        Generation committed;
        Undo configuration = new Undo.Configuration("filter", Optional.of(Map.of("limit", 5L, "ratio", 0.25)));
        Undo grants = new Undo.Grants("filter", Scenario.grants());
        List<ModuleStep> steps = List.of(new ModuleStep("filter", "", "1.0.0", "ab".repeat(32)));
        try (DeploymentStore store = open()) {
            new Scenario(store, "1.0.0", true).run();
            committed = store.generations().current().orElseThrow();
            DeploymentHeader header =
                    new DeploymentHeader(store.journal().nextId(), "line\nbreak \u2028 €", "fleet:x", Instant.MAX, 1);
            JournalFile journal = store.journal()
                    .announce(new DeploymentHeader(header.id(), header.name(), header.who(), Instant.EPOCH, 0));
            store.journal().begin(journal, header);
            journal.modules(steps);
            journal.step(Step.SELF_TEST, "filter", "detail");
            journal.undo(configuration);
            journal.undo(grants);
        }
        try (DeploymentStore store = open()) {
            assertEquals(List.of(), store.findings());
            assertEquals(Optional.of(committed), store.generations().current());
            assertEquals(List.of(committed), store.generations().list());
            assertEquals(Optional.of(committed), store.generations().find(1));
            assertEquals(
                    List.of(Scenario.entry(1, Outcome.COMMITTED, 1)),
                    store.history().last(10));
            OpenDeployment open = store.journal().openDeployments().get(0);
            assertEquals(
                    new OpenDeployment(
                            new DeploymentHeader(2, "line\nbreak \u2028 €", "fleet:x", Instant.MAX, 1),
                            steps,
                            List.of(new StepEntry(Step.SELF_TEST, "filter", "detail")),
                            List.of(configuration, grants),
                            Optional.empty(),
                            false),
                    open);
            assertEquals(Step.SELF_TEST, open.lastStep());
        }
    }

    @Test
    void keepsTheTypeOfEveryConfigurationValue() throws IOException {
        Map<String, Object> values = new HashMap<>();
        values.put("text", "ü \" \\ \n \u0000");
        values.put("boolean", true);
        values.put("byte", (byte) -1);
        values.put("short", (short) 7);
        values.put("int", Integer.MIN_VALUE);
        values.put("long", Long.MAX_VALUE);
        values.put("float", 0.1f);
        values.put("double", Double.MIN_VALUE);
        values.put("nan", Double.NaN);
        values.put("infinite", Float.NEGATIVE_INFINITY);
        values.put("char", '\u20ac');
        values.put("list", List.of("a", 1, 1L, 1.0, false));
        values.put("empty", List.of());
        Map<String, Object> back = roundTrip(values);
        assertEquals(values, back);
        values.forEach((key, value) -> {
            if (!(value instanceof List)) {
                assertSame(value.getClass(), back.get(key).getClass(), key);
            }
        });
        Map<String, Object> arrays = roundTrip(Map.of(
                "texts", new String[] {"a", ""},
                "ints", new int[] {1, 2},
                "boxed", new Integer[] {3},
                "longs", new long[0],
                "booleans", new boolean[] {true, false},
                "chars", new char[] {'x'}));
        assertArrayEquals(new String[] {"a", ""}, (String[]) arrays.get("texts"));
        assertArrayEquals(new int[] {1, 2}, (int[]) arrays.get("ints"));
        assertArrayEquals(new Integer[] {3}, (Integer[]) arrays.get("boxed"));
        assertArrayEquals(new long[0], (long[]) arrays.get("longs"));
        assertArrayEquals(new boolean[] {true, false}, (boolean[]) arrays.get("booleans"));
        assertArrayEquals(new char[] {'x'}, (char[]) arrays.get("chars"));
    }

    @Test
    void refusesAConfigurationValueThatCouldNotComeBack() {
        for (Object value : List.of(Duration.ZERO, new Object[] {"a"}, List.of(List.of("a")), new Integer[1])) {
            StoreException e = assertThrows(StoreException.class, () -> TypedValues.encode(Map.of("key", value)));
            assertTrue(e.getMessage().contains("'key'") && e.getMessage().contains("expected"), e.getMessage());
        }
    }

    private static Map<String, Object> roundTrip(Map<String, Object> values) throws StoreException {
        String json = TypedValues.encode(values).toString();
        return TypedValues.decode(JsonParser.parseString(json).getAsJsonObject());
    }

    @Test
    void letsOnlyOneOpenTheFolder() throws IOException {
        try (DeploymentStore store = open()) {
            StoreException e = assertThrows(StoreException.class, this::open);
            assertTrue(e.getMessage().contains("in use by another gateway"), e.getMessage());
            assertEquals(List.of(), store.findings());
        }
        open().close();
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThrows(StoreException.class, () -> DeploymentStore.open(file, 10));
    }

    @Test
    void keepsFilesForTheirOwnerOnly() throws IOException {
        Path store = folder.resolve("new");
        Scenario.base(store, 1);
        List<Path> files;
        try (Stream<Path> all = Files.walk(store)) {
            files = all.toList();
        }
        assertTrue(files.size() > 10, files.toString());
        for (Path file : files) {
            String expected = Files.isDirectory(file) ? "rwx------" : "rw-------";
            assertEquals(expected, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), file.toString());
        }
    }

    @Test
    void isNotDisturbedByAnInterrupt() throws IOException {
        try (DeploymentStore store = DeploymentStore.open(folder, 100)) {
            Thread.currentThread().interrupt();
            Scenario scenario = new Scenario(store, "1.0.0", true).run();
            assertTrue(Thread.interrupted(), "the interrupt is lost");
            assertTrue(scenario.isFinished());
        }
    }

    @Test
    void keepsTheSameContentOnce() throws IOException {
        try (DeploymentStore store = open()) {
            ArtefactStore artefacts = store.artefacts();
            byte[] content = Scenario.content("1");
            StoredArtefact first = artefacts.put(new ByteArrayInputStream(content), content.length);
            assertEquals(first, artefacts.put(new ByteArrayInputStream(content), content.length));
            assertEquals(content.length, artefacts.bytes());
            StoredArtefact other = artefacts.put(new ByteArrayInputStream(Scenario.content("2")), 1 << 20);
            assertEquals(content.length, artefacts.retain(Set.of(other.digest())));
            assertEquals(Optional.empty(), artefacts.find(first.digest()));
            assertThrows(StoreException.class, () -> artefacts.verified(first.digest()));
            assertEquals(other.path(), artefacts.verified(other.digest()));
            assertThrows(IllegalArgumentException.class, () -> artefacts.find("../../etc/passwd"));
        }
    }

    @Test
    void leavesNothingOfAnArtefactThatItRefuses() throws IOException {
        try (DeploymentStore store = open()) {
            byte[] content = Scenario.content("1");
            StoreException tooLarge = assertThrows(StoreException.class, () -> store.artefacts()
                    .put(new ByteArrayInputStream(content), content.length - 1));
            assertTrue(tooLarge.getMessage().contains("expected at most " + (content.length - 1)));
            InputStream reset = new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("connection reset");
                }

                @Override
                public int read(byte[] bytes, int from, int length) throws IOException {
                    return read();
                }
            };
            InputStream broken = new SequenceInputStream(new ByteArrayInputStream(new byte[100_000]), reset);
            StoreException cut =
                    assertThrows(StoreException.class, () -> store.artefacts().put(broken, 1 << 20));
            assertTrue(cut.getMessage().contains("connection reset"), cut.getMessage());
            assertEquals(0, store.artefacts().bytes());
            try (Stream<Path> left = Files.list(folder.resolve("temp"))) {
                assertEquals(0, left.count());
            }
        }
    }

    @Test
    void neverRemovesTheCurrentGenerationNorTheOneBefore() throws IOException {
        Scenario.base(folder, 6);
        try (DeploymentStore store = open()) {
            Generations generations = store.generations();
            Set<String> four = generations.retain(4, Long.MAX_VALUE, d -> 10);
            assertEquals(List.of(6, 5, 4, 3), numbers(generations));
            assertEquals(4, four.size());
            generations.retain(4, 39, d -> 10);
            assertEquals(List.of(6, 5, 4), numbers(generations));
            Set<String> digests = generations.retain(0, 0, d -> 10);
            assertEquals(List.of(6, 5), numbers(generations));
            store.artefacts().retain(digests);
            for (Generation generation : generations.list()) {
                store.artefacts().verified(generation.modules().get(0).digest());
            }
        }
        try (DeploymentStore store = open()) {
            assertEquals(List.of(6, 5), numbers(store.generations()));
            assertEquals(7, store.generations().nextNumber());
            Generation used = store.generations().find(5).orElseThrow();
            assertThrows(StoreException.class, () -> store.generations().commit(used));
        }
    }

    private static List<Integer> numbers(Generations generations) {
        return generations.list().stream().map(Generation::number).toList();
    }

    @Test
    void addsADeploymentToTheHistoryOnceAndDropsWholeOldestSegments() throws IOException {
        int max = 160;
        try (DeploymentStore store = DeploymentStore.open(new FileDisk(false), folder, max)) {
            for (int i = 1; i <= 1000; i++) {
                assertTrue(store.history().add(Scenario.entry(i, Outcome.FAILED, 0)));
                assertFalse(store.history().add(Scenario.entry(i, Outcome.COMMITTED, 1)));
                assertTrue(store.history().size() <= max);
            }
            assertTrue(
                    store.history().size() > max - max / 10,
                    "size " + store.history().size());
            List<HistoryEntry> last = store.history().last(3);
            assertEquals(
                    List.of(1000L, 999L, 998L),
                    last.stream().map(HistoryEntry::deployment).toList());
            assertEquals(List.of(), store.history().last(0));
        }
        try (DeploymentStore store = DeploymentStore.open(new FileDisk(false), folder, max)) {
            assertFalse(store.history().add(Scenario.entry(1000, Outcome.COMMITTED, 1)));
            StringBuilder json = new StringBuilder();
            store.history().export(json);
            JsonArray all = JsonParser.parseString(json.toString()).getAsJsonArray();
            assertEquals(store.history().size(), all.size());
            JsonObject newest = all.get(all.size() - 1).getAsJsonObject();
            assertEquals(1000, newest.get("deployment").getAsInt());
            assertEquals("failed", newest.get("outcome").getAsString());
        }
    }

    @Test
    void opensTenThousandHistoryEntriesFastAndReadsOnlyTheLastOnes() throws IOException {
        int count = DeploymentStore.HISTORY_ENTRIES;
        try (DeploymentStore store = DeploymentStore.open(new FileDisk(false), folder, count)) {
            for (int i = 1; i <= count; i++) {
                store.history().add(Scenario.entry(i, Outcome.COMMITTED, i));
            }
        }
        FaultDisk disk = FaultDisk.none();
        long before = System.nanoTime();
        try (DeploymentStore store = DeploymentStore.open(disk, folder, count)) {
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            assertTrue(took.compareTo(OPEN_MAX) < 0, "opening took " + took);
            assertEquals(count, store.history().size());
            int reads = disk.reads();
            assertEquals(100, store.history().last(100).size());
            assertTrue(disk.reads() - reads <= 2, "segments read: " + (disk.reads() - reads));
            assertEquals(count, store.history().last(Integer.MAX_VALUE).size());
        }
    }

    @Test
    void doesNotMindAClockThatJumps() throws IOException {
        List<Instant> times =
                List.of(Instant.parse("2026-03-01T10:00:00Z"), Instant.EPOCH, Instant.MAX, Instant.MIN, Instant.EPOCH);
        List<Long> expected = new ArrayList<>();
        try (DeploymentStore store = open()) {
            for (Instant time : times) {
                long id = store.journal().nextId();
                expected.add(0, id);
                JournalFile journal = store.journal().announce(new DeploymentHeader(id, "d", "w", time, 0));
                StoredArtefact artefact = store.artefacts().put(new ByteArrayInputStream(new byte[1]), 1);
                Generation made = Scenario.generation(store.generations().nextNumber(), id, "1", artefact);
                store.generations().commit(new Generation(made.number(), id, "g", "w", time, made.modules()));
                store.finish(
                        journal,
                        new HistoryEntry(
                                id, "d", "w", time, time, List.of(), Outcome.COMMITTED, Step.COMMIT, "", 0, 0, 0));
            }
        }
        try (DeploymentStore store = open()) {
            assertEquals(List.of(), store.findings());
            assertEquals(5, store.generations().current().orElseThrow().number());
            List<HistoryEntry> entries = store.history().last(10);
            assertEquals(
                    expected, entries.stream().map(HistoryEntry::deployment).toList());
            assertEquals(Instant.MIN, entries.get(1).ended());
        }
    }

    @Test
    void refusesAJournalLineThatIsTooLongAndGoesOn() throws IOException {
        try (DeploymentStore store = open()) {
            JournalFile journal = store.journal()
                    .announce(new DeploymentHeader(store.journal().nextId(), "d", "w", Scenario.NOW, 0));
            String huge = "x".repeat(StoreLimits.LINE_BYTES_MAX);
            StoreException e = assertThrows(
                    StoreException.class,
                    () -> journal.undo(new Undo.Configuration("a", Optional.of(Map.of("x", huge)))));
            assertTrue(e.getMessage().contains("expected at most"), e.getMessage());
            journal.step(Step.STAGE, "a", huge);
        }
        try (DeploymentStore store = open()) {
            OpenDeployment open = store.journal().openDeployments().get(0);
            assertEquals(Step.STAGE, open.lastStep());
            assertEquals(List.of(), open.undos());
        }
    }

    @Test
    void givesOutNoDeploymentNumberTwice() throws IOException {
        long last = 0;
        for (int start = 0; start < 3; start++) {
            try (DeploymentStore store = open()) {
                for (int i = 0; i < 5; i++) {
                    long id = store.journal().nextId();
                    assertEquals(last + 1, id);
                    last = id;
                }
            }
        }
    }

    private DeploymentStore open() throws StoreException {
        return DeploymentStore.open(new FileDisk(false), folder, Scenario.HISTORY_MAX);
    }
}
