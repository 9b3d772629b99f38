/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.core.lifecycle.store.FaultDisk.Fault;
import io.bascule.core.lifecycle.store.FaultDisk.PowerLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** After a crash at any operation the store has the old generation or the new one, and each deployment once in its history. */
final class CrashTest {

    private static final int OPERATIONS_MAX = 200;
    private static final int BASE = 2;
    private static final int RECOVERY_TURNS = 3;

    @TempDir
    Path temp;

    private Path base;
    private final AtomicInteger folders = new AtomicInteger();

    @BeforeEach
    void makeBase() throws IOException {
        base = temp.resolve("base");
        Scenario.base(base, BASE);
    }

    @ParameterizedTest
    @EnumSource(names = {"CRASH_BEFORE", "CRASH_HALF", "CRASH_ALMOST", "CRASH_ZEROS", "CRASH_AFTER"})
    void crashesAtEveryOperationOfADeploymentThatCommits(Fault fault) throws IOException {
        crashEverywhere(fault, true, base);
    }

    @ParameterizedTest
    @EnumSource(names = {"CRASH_BEFORE", "CRASH_HALF", "CRASH_ALMOST", "CRASH_ZEROS", "CRASH_AFTER"})
    void crashesAtEveryOperationOfADeploymentThatRollsBack(Fault fault) throws IOException {
        crashEverywhere(fault, false, base);
    }

    @ParameterizedTest
    @EnumSource(names = {"CRASH_BEFORE", "CRASH_HALF", "CRASH_ALMOST", "CRASH_ZEROS", "CRASH_AFTER"})
    void crashesAtEveryOperationOfTheVeryFirstDeployment(Fault fault) throws IOException {
        crashEverywhere(fault, true, temp.resolve("empty"));
    }

    private void crashEverywhere(Fault fault, boolean commits, Path start) throws IOException {
        int points = 0;
        for (int at = 1; at <= OPERATIONS_MAX; at++) {
            Path folder = fresh(start);
            Optional<Scenario> cut = crash(fault, at, folder, commits);
            if (cut.isEmpty()) {
                assertTrue(points > 10, "only " + points + " operations were crashed");
                return;
            }
            points++;
            int highest = highestWritten(folder);
            // The recovery crashes too, at each of its operations, before it is let through; each operation has its
            // turn
            // with some of the faults, since all combinations take minutes.
            boolean hasTurn = commits && (at + fault.name().length()) % RECOVERY_TURNS == 0;
            for (int again = hasTurn ? 1 : Integer.MAX_VALUE; ; again++) {
                Path copy = temp.resolve("copy-" + folders.incrementAndGet());
                Scenario.copy(folder, copy);
                boolean isThrough = recover(new FaultDisk(fault, again), copy);
                check(cut.get(), highest, copy, fault + " at " + at + (hasTurn ? ", then at " + again : ""));
                if (isThrough) {
                    break;
                }
            }
        }
        throw new AssertionError("the deployment has more than " + OPERATIONS_MAX + " operations");
    }

    /** Returns what was known when the power went; empty when the deployment came to its end. */
    private static Optional<Scenario> crash(Fault fault, int at, Path folder, boolean commits) throws IOException {
        FaultDisk disk = new FaultDisk(fault, at);
        DeploymentStore store;
        try {
            store = DeploymentStore.open(disk, folder, Scenario.HISTORY_MAX);
        } catch (PowerLoss e) {
            try (DeploymentStore idle = DeploymentStore.open(new FileDisk(false), folder, Scenario.HISTORY_MAX)) {
                return Optional.of(new Scenario(idle, "3.0.0", commits));
            }
        }
        Scenario scenario = new Scenario(store, "3.0.0", commits);
        try (store) {
            scenario.run();
            return Optional.empty();
        } catch (PowerLoss e) {
            return Optional.of(scenario);
        }
    }

    private static boolean recover(FaultDisk disk, Path folder) throws IOException {
        try (DeploymentStore store = DeploymentStore.open(disk, folder, Scenario.HISTORY_MAX)) {
            Scenario.recover(store);
            return true;
        } catch (PowerLoss e) {
            return false;
        }
    }

    private static void check(Scenario cut, int highest, Path folder, String where) throws IOException {
        try (DeploymentStore store = DeploymentStore.open(new FileDisk(false), folder, Scenario.HISTORY_MAX)) {
            assertEquals(List.of(), store.findings(), where);
            int before = store.generations().find(BASE).isPresent() ? BASE : 0;
            int current = store.generations().current().map(Generation::number).orElse(0);
            boolean isNew = current == before + 1;
            assertTrue(isNew || current == before, where + ": generation " + current);
            assertFalse(cut.isCommitted() && !isNew, where + ": what was committed is lost");
            assertTrue(store.generations().nextNumber() > highest, where + ": a generation's number is used again");
            checkOpen(cut, store, isNew, where);
            Scenario.recover(store);
            checkHistory(cut, store, isNew, where);
            if (cut.artefact().isPresent()) {
                store.artefacts().verified(cut.artefact().get().digest());
            }
            assertEquals(0, Files.exists(folder.resolve("temp")) ? count(folder.resolve("temp")) : 0, where);
            Scenario next = new Scenario(store, "4.0.0", true).run();
            assertTrue(next.id() > cut.id(), where + ": a number was given out twice");
            assertTrue(store.generations().current().orElseThrow().number() > current, where);
        }
    }

    private static void checkOpen(Scenario cut, DeploymentStore store, boolean isNew, String where)
            throws StoreException {
        boolean isInHistory =
                store.history().last(Scenario.HISTORY_MAX).stream().anyMatch(e -> e.deployment() == cut.id());
        for (OpenDeployment open : store.journal().openDeployments()) {
            assertEquals(isNew, store.committed(open).isPresent(), where);
            assertTrue(open.undos().size() >= cut.effects().size(), where + ": an undo is lost");
            assertFalse(open.isDamaged(), where);
        }
        // Every effect is known to the journal or, when all was over, to the history.
        assertTrue(
                !cut.isBegun()
                        || isInHistory
                        || !store.journal().openDeployments().isEmpty(),
                where + ": forgotten");
    }

    private static void checkHistory(Scenario cut, DeploymentStore store, boolean isNew, String where)
            throws StoreException {
        assertEquals(List.of(), store.journal().openDeployments(), where);
        List<HistoryEntry> history = store.history().last(Scenario.HISTORY_MAX);
        assertEquals(
                history.size(),
                history.stream().map(HistoryEntry::deployment).distinct().count(),
                where + ": twice in the history");
        List<HistoryEntry> own = history.stream()
                .filter(e -> e.deployment() == cut.id() && cut.id() > 0)
                .toList();
        assertFalse(cut.isBegun() && own.isEmpty(), where + ": not in the history");
        for (HistoryEntry entry : own) {
            assertEquals(isNew, entry.outcome() == Outcome.COMMITTED, where + ": " + entry);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "READ_ONLY", "FORCE_FAILS"})
    void failsCleanlyAtEveryOperationAndGoesOnWhenTheDiskIsMended(Fault fault) throws IOException {
        int failures = 0;
        for (int at = 1; at <= OPERATIONS_MAX; at++) {
            String where = fault + " at " + at;
            Path folder = fresh(base);
            FaultDisk disk = new FaultDisk(fault, at);
            try (DeploymentStore store = DeploymentStore.open(disk, folder, Scenario.HISTORY_MAX)) {
                Scenario scenario = new Scenario(store, "3.0.0", true);
                boolean isThrough = false;
                try {
                    scenario.run();
                    isThrough = true;
                } catch (StoreException e) {
                    failures++;
                    assertTrue(e.getMessage().contains(folder.toString()), e.getMessage());
                }
                int expected = scenario.isCommitted() ? BASE + 1 : BASE;
                assertEquals(
                        expected, store.generations().current().orElseThrow().number(), where);
                if (isThrough && disk.operations() < at) {
                    assertTrue(failures > 10, "only " + failures + " operations failed");
                    return;
                }
                Path copy = temp.resolve("copy-" + folders.incrementAndGet());
                Scenario.copy(folder, copy);
                try (DeploymentStore next = DeploymentStore.open(new FileDisk(false), copy, Scenario.HISTORY_MAX)) {
                    assertEquals(
                            store.generations().current(), next.generations().current(), where + ": after a start");
                }
                disk.mend();
                Scenario next = new Scenario(store, "4.0.0", true).run();
                assertTrue(next.isFinished() && next.id() > scenario.id(), where);
            }
            try (DeploymentStore store = DeploymentStore.open(new FileDisk(false), folder, Scenario.HISTORY_MAX)) {
                assertEquals(List.of(), store.findings(), where);
                assertEquals(List.of(), store.journal().openDeployments(), where);
                assertEquals(
                        "4.0.0",
                        store.generations()
                                .current()
                                .orElseThrow()
                                .find("filter")
                                .orElseThrow()
                                .version());
                List<HistoryEntry> history = store.history().last(Scenario.HISTORY_MAX);
                assertEquals(
                        history.size(),
                        history.stream()
                                .map(HistoryEntry::deployment)
                                .distinct()
                                .count(),
                        where);
            }
        }
        throw new AssertionError("the deployment has more than " + OPERATIONS_MAX + " operations");
    }

    @Test
    void opensOnADiskThatCannotBeWrittenAndRefusesToDeploy() throws IOException {
        Path folder = fresh(base);
        Files.writeString(folder.resolve("generations").resolve("000001.json"), "rubbish");
        try (DeploymentStore store =
                DeploymentStore.open(new FaultDisk(Fault.READ_ONLY, 1), folder, Scenario.HISTORY_MAX)) {
            assertEquals(BASE, store.generations().current().orElseThrow().number());
            assertEquals(BASE, store.history().last(10).size());
            assertFalse(store.findings().isEmpty());
            StoreException e =
                    assertThrows(StoreException.class, () -> store.journal().nextId());
            assertTrue(e.getMessage().contains("mount its device"), e.getMessage());
        }
    }

    private static int highestWritten(Path folder) throws StoreException {
        return new FileDisk(false)
                .list(folder.resolve("generations")).stream()
                        .filter(name -> name.endsWith(".json"))
                        .mapToInt(name -> Integer.parseInt(name.substring(0, name.indexOf('.'))))
                        .max()
                        .orElse(0);
    }

    private Path fresh(Path start) throws IOException {
        Path folder = temp.resolve("store-" + folders.incrementAndGet());
        if (Files.exists(start)) {
            Scenario.copy(start, folder);
        }
        return folder;
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
