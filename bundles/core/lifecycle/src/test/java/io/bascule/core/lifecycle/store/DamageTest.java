/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.Step;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that changes what was written: the store opens, says what it found, and keeps the current generation. */
final class DamageTest {

    private static final int ROUNDS = 300;
    private static final int GENERATIONS = 4;
    private static final long OPEN_ID = GENERATIONS + 1L;

    @TempDir
    Path temp;

    private Path base;
    private String digest;

    @BeforeEach
    void makeBase() throws IOException {
        base = temp.resolve("base");
        Scenario.base(base, GENERATIONS);
        try (DeploymentStore store = open(base)) {
            assertEquals(OPEN_ID, store.journal().nextId());
            JournalFile journal = store.journal()
                    .announce(new DeploymentHeader(OPEN_ID, "open", "operator:test", Scenario.NOW, GENERATIONS));
            journal.step(Step.VERIFY, "", "");
            journal.undo(new Undo.Configuration("a", Optional.of(Map.of("x", 1))));
            journal.undo(new Undo.Configuration("b", Optional.empty()));
            digest = digestOf(store.generations().current().orElseThrow());
        }
    }

    @Test
    void neverFailsToOpenAndNeverLosesTheCurrentGenerationWhateverFileIsDamaged() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Path> files;
        try (Stream<Path> all = Files.walk(base)) {
            files = all.filter(Files::isRegularFile)
                    .filter(f -> !f.endsWith("lock"))
                    .map(base::relativize)
                    .sorted()
                    .toList();
        }
        for (int round = 0; round < ROUNDS; round++) {
            Path folder = temp.resolve("store-" + round);
            Scenario.copy(base, folder);
            Path file = folder.resolve(files.get(round % files.size()).toString());
            String where =
                    "seed " + seed + " round " + round + " " + folder.relativize(file) + ": " + damage(file, random);
            try (DeploymentStore store = open(folder)) {
                assertEquals(GENERATIONS, number(store), where);
                assertEquals(digest, digestOf(store.generations().current().orElseThrow()), where);
                goesOn(store, where);
            }
            try (DeploymentStore store = open(folder)) {
                // What was mended once is mended for good; only an artefact is looked into no earlier than it is used.
                assertEquals(List.of(), store.findings(), where);
                assertEquals(GENERATIONS + 1, number(store), where);
            }
        }
    }

    /** Everything can be read and deployed, damaged or not. */
    private static void goesOn(DeploymentStore store, String where) throws StoreException {
        int entries = store.history().last(100).size();
        assertTrue(entries <= GENERATIONS, where);
        StringBuilder json = new StringBuilder();
        try {
            store.history().export(json);
        } catch (IOException e) {
            throw new AssertionError(where, e);
        }
        Scenario.recover(store);
        Scenario next = new Scenario(store, "9.0.0", true).run();
        assertTrue(next.id() > OPEN_ID, where + ": number " + next.id() + " was given out before");
        List<HistoryEntry> history = store.history().last(100);
        assertEquals(next.id(), history.get(0).deployment(), where);
        assertEquals(
                history.size(),
                history.stream().map(HistoryEntry::deployment).distinct().count(),
                where);
    }

    /** Does to a file what bad devices do and returns what it was. */
    private static String damage(Path file, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = random.nextInt(bytes.length);
        String what;
        switch (random.nextInt(6)) {
            case 0 -> {
                Files.delete(file);
                return "deleted";
            }
            case 1 -> {
                bytes = Arrays.copyOf(bytes, at);
                what = "cut at " + at;
            }
            case 2 -> {
                Arrays.fill(bytes, at, Math.min(bytes.length, at + 512), (byte) 0);
                what = "zeros at " + at;
            }
            case 3 -> {
                random.nextBytes(bytes);
                what = "rubbish";
            }
            default -> {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                what = "bit flipped at " + at;
            }
        }
        // A new file instead of an old one cut to nothing, which ext4 would force.
        Files.delete(file);
        Files.write(file, bytes);
        return what;
    }

    @Test
    void returnsToTheGenerationBeforeWhenBothCopiesOfTheCurrentOneAreDamaged() throws IOException {
        Files.writeString(base.resolve("current"), "rubbish");
        Files.writeString(base.resolve("generations").resolve("000004.json"), "rubbish");
        try (DeploymentStore store = open(base)) {
            assertEquals(GENERATIONS - 1, number(store));
            assertEquals(GENERATIONS + 1, store.generations().nextNumber());
            String text = store.findings().toString();
            assertTrue(text.contains("generation 4 is damaged"), text);
            assertTrue(text.contains("generation 3 ('g3') is current now"), text);
        }
        try (Stream<Path> kept = Files.list(base.resolve("quarantine"))) {
            assertEquals(2, kept.count());
        }
    }

    @Test
    void doesNotTakeAnUncommittedGenerationForTheCurrentOneWhenThePointerIsDamaged() throws IOException {
        // A crash between writing the generation and committing it, and then the pointer is damaged too.
        try (DeploymentStore store = open(base)) {
            StoredArtefact artefact = new StoredArtefact(digest, 1, base);
            Files.write(
                    base.resolve("generations").resolve("000005.json"),
                    Lines.encode(Json.of(Scenario.generation(5, OPEN_ID, "5.0.0", artefact))
                            .toString()));
            assertEquals(1, store.journal().openDeployments().size());
        }
        Files.writeString(base.resolve("current"), "rubbish");
        try (DeploymentStore store = open(base)) {
            assertEquals(GENERATIONS, number(store));
            assertEquals(6, store.generations().nextNumber());
        }
    }

    @Test
    void saysWhatOfADamagedJournalIsLostAndKeepsTheRest() throws IOException {
        Path file = base.resolve("journal").resolve("000000000005.journal");
        List<String> lines = Files.readAllLines(file);
        Files.write(file, List.of(lines.get(0), lines.get(1), lines.get(2).replace('a', 'q'), lines.get(3)));
        for (int start = 0; start < 2; start++) {
            try (DeploymentStore store = open(base)) {
                OpenDeployment open = store.journal().openDeployments().get(0);
                assertEquals(List.of(new Undo.Configuration("b", Optional.empty())), open.undos());
                assertEquals("open", open.header().name());
                assertEquals(start == 0, open.isDamaged());
                assertEquals(start == 0, store.findings().toString().contains("deployment 5 ('open')"));
            }
        }
    }

    @Test
    void movesADamagedArtefactAwayAndTakesItInAgain() throws IOException {
        try (DeploymentStore store = open(base)) {
            Path path = store.artefacts().verified(digest);
            byte[] bytes = Files.readAllBytes(path);
            byte[] right = bytes.clone();
            bytes[100] ^= 1;
            Files.write(path, bytes);
            StoreException e =
                    assertThrows(StoreException.class, () -> store.artefacts().verified(digest));
            assertTrue(e.getMessage().contains("expected sha-256 " + digest), e.getMessage());
            assertTrue(e.getMessage().contains("quarantine"), e.getMessage());
            assertFalse(store.artefacts().find(digest).isPresent());
            assertEquals(
                    digest,
                    store.artefacts()
                            .put(new ByteArrayInputStream(right), 1 << 20)
                            .digest());
            Files.write(path, bytes);
            store.artefacts().put(new ByteArrayInputStream(right), 1 << 20);
            assertEquals(path, store.artefacts().verified(digest));
        }
    }

    @Test
    void keepsQuarantineWithinItsBounds() throws IOException {
        Quarantine quarantine = new Quarantine(new FileDisk(false), temp.resolve("q"));
        for (int i = 0; i < 2 * StoreLimits.QUARANTINE_FILES_MAX; i++) {
            Path file = Files.writeString(temp.resolve("damaged"), "rubbish " + i);
            quarantine.move(file);
        }
        try (Stream<Path> kept = Files.list(temp.resolve("q"))) {
            List<Path> files = kept.sorted().toList();
            assertEquals(StoreLimits.QUARANTINE_FILES_MAX, files.size());
            assertEquals("rubbish 99", Files.readString(files.get(files.size() - 1)));
        }
    }

    private static DeploymentStore open(Path folder) throws StoreException {
        return DeploymentStore.open(new FileDisk(false), folder, Scenario.HISTORY_MAX);
    }

    private static int number(DeploymentStore store) {
        return store.generations().current().map(Generation::number).orElse(0);
    }

    private static String digestOf(Generation generation) {
        return generation.find("filter").orElseThrow().digest();
    }
}
