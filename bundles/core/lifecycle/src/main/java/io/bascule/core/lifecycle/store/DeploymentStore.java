/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.Outcome;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folder of deployments, open for one process. Opening mends what a crash or a bad device left, and says in
 * {@link #findings()} what was more than the trace of a crash.
 *
 * <p>The order that makes a deployment crash-safe: {@link Journal#nextId}, {@link Journal#announce}, {@link Journal#begin}, {@link JournalFile#step} and
 * {@link JournalFile#undo} each before its effect, {@link Generations#commit}, {@link #finish}. At the next start the deployments
 * in {@link Journal#openDeployments} are undone, unless {@link #committed} finds their generation, and finished. Opening,
 * finishing and closing are confined to the deployer's thread.
 */
public final class DeploymentStore implements AutoCloseable {

    /** How many history entries are kept when nothing is said. */
    public static final int HISTORY_ENTRIES = 10_000;

    private final @Nullable FileChannel lock;
    private final List<Finding> findings;
    private final ArtefactStore artefacts;
    private final Journal journal;
    private final Generations generations;
    private final History history;

    private DeploymentStore(
            Disk disk, Path folder, int historyEntriesMax, @Nullable FileChannel lock, List<Finding> findings) {
        this.lock = lock;
        Quarantine quarantine = new Quarantine(disk, folder.resolve("quarantine"));
        artefacts = new ArtefactStore(disk, folder, quarantine);
        try {
            artefacts.clearTemp();
            for (String name : disk.list(folder)) {
                Recovery.deleteTemp(disk, folder.resolve(name), findings);
            }
        } catch (StoreException e) {
            findings.add(new Finding(folder, "what interrupted writes left stays: " + e.getMessage()));
        }
        journal = Journal.open(disk, folder, quarantine, findings);
        Set<Long> uncommitted = new HashSet<>();
        for (OpenDeployment deployment : journal.openDeployments()) {
            if (deployment.end().map(HistoryEntry::outcome).orElse(Outcome.INTERRUPTED) != Outcome.COMMITTED) {
                uncommitted.add(deployment.header().id());
            }
        }
        generations = Generations.open(disk, folder, quarantine, uncommitted::contains, findings);
        history = History.open(disk, folder, historyEntriesMax, quarantine, findings);
        boolean isIdKnown = journal.readLastId(findings);
        journal.noteId(history.highestDeployment());
        generations.list().forEach(g -> journal.noteId(g.deployment()));
        if (!isIdKnown) {
            journal.leaveGap();
        }
        this.findings = List.copyOf(findings);
    }

    /**
     * Opens the folder and mends it.
     *
     * @param folder made when it is not there
     * @param historyEntriesMax most entries of the history, 1 and up
     * @throws StoreException when another process has it open, or it is no folder and none can be made
     */
    public static DeploymentStore open(Path folder, int historyEntriesMax) throws StoreException {
        return open(new FileDisk(), folder, historyEntriesMax);
    }

    static DeploymentStore open(Disk disk, Path folder, int historyEntriesMax) throws StoreException {
        if (historyEntriesMax < 1) {
            throw new IllegalArgumentException(
                    "history of " + historyEntriesMax + " entries is not valid; expected 1 or more");
        }
        disk.makeFolder(folder);
        List<Finding> findings = new ArrayList<>();
        FileChannel lock = lock(folder, findings);
        boolean isOpen = false;
        try {
            DeploymentStore store = new DeploymentStore(disk, folder, historyEntriesMax, lock, findings);
            isOpen = true;
            return store;
        } finally {
            if (!isOpen) {
                close(lock, folder);
            }
        }
    }

    /** Returns what was not as it should be when it was opened; empty after a mere crash. */
    public List<Finding> findings() {
        return findings;
    }

    /** Returns the artefacts. */
    public ArtefactStore artefacts() {
        return artefacts;
    }

    /** Returns the generations. */
    public Generations generations() {
        return generations;
    }

    /** Returns the journal. */
    public Journal journal() {
        return journal;
    }

    /** Returns the history. */
    public History history() {
        return history;
    }

    /** Finds the generation that a deployment committed before the crash; empty when it did not get that far. */
    public Optional<Generation> committed(OpenDeployment deployment) {
        return generations.list().stream()
                .filter(g -> g.deployment() == deployment.header().id())
                .findFirst();
    }

    /**
     * Ends a deployment for good: journal, history, journal deleted. The history has its entry once, whenever the gateway crashes.
     *
     * @throws StoreException when something cannot be written; it is tried again before the next deployment begins, and at the
     *     next start
     */
    public void finish(JournalFile running, HistoryEntry entry) throws StoreException {
        journal.end(entry.deployment(), () -> {
            running.end(entry);
            history.add(entry);
            journal.forget(entry.deployment());
        });
    }

    /**
     * Ends a deployment that the journal had open at the start, after it was undone.
     *
     * @param entry what the history is to say; what {@link OpenDeployment#end} says goes before it
     * @throws StoreException as above
     */
    public void finish(OpenDeployment open, HistoryEntry entry) throws StoreException {
        if (entry.deployment() != open.header().id()) {
            throw new IllegalArgumentException("deployment " + open.header().id()
                    + " cannot end with the history entry of deployment " + entry.deployment());
        }
        journal.end(entry.deployment(), () -> {
            history.add(open.end().orElse(entry));
            journal.forget(entry.deployment());
        });
    }

    /** Lets another process open the folder. */
    @Override
    public void close() throws StoreException {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw new StoreException("the lock of the deployment store cannot be given back: " + e, e);
        }
    }

    private static @Nullable FileChannel lock(Path folder, List<Finding> findings) throws StoreException {
        Path file = folder.resolve("lock");
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    FileDisk.ownerOnly(file, FileDisk.FILE_PERMISSIONS));
        } catch (IOException e) {
            if (!Files.isDirectory(folder)) {
                throw StoreException.cannot("open the deployment store in", folder, e);
            }
            findings.add(new Finding(
                    file,
                    "deployments will be refused, what is committed runs: "
                            + StoreException.cannot("lock", file, e).getMessage()));
            return null;
        }
        FileLock lock = null;
        try {
            lock = channel.tryLock();
            if (lock == null) {
                throw inUse(folder);
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            throw inUse(folder);
        } catch (IOException e) {
            throw StoreException.cannot("lock", file, e);
        } finally {
            if (lock == null) {
                close(channel, folder);
            }
        }
    }

    private static StoreException inUse(Path folder) {
        return new StoreException(
                "deployment store '" + folder
                        + "' is in use by another gateway; expected to be alone; stop the other one, or give each its own folder");
    }

    private static void close(@Nullable FileChannel channel, Path folder) throws StoreException {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw StoreException.cannot("close the lock of", folder, e);
        }
    }
}
