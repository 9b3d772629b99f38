/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What running deployments are about to do, one file {@code journal/000000000017.journal} for each, so that the next start knows
 * what to undo. A file is deleted when its deployment is in the history.
 *
 * <p>{@link #nextId} and {@link #announce} are safe for use by any thread; the rest is confined to the deployer's thread.
 */
public final class Journal {

    private static final Pattern NAME = Pattern.compile("(\\d{12,18})\\.journal");

    private final Disk disk;
    private final Path folder;
    private final Path idFile;
    private final List<OpenDeployment> open = new ArrayList<>();
    private final Object idLock = new Object();

    /** Ends of deployments that could not be written, in order. */
    private final Map<Long, Ending> endings = new LinkedHashMap<>();

    /** Writes the end of a deployment; may be tried again. */
    interface Ending {
        void write() throws StoreException;
    }

    /** The last number given out; guarded by idLock. */
    private long lastId;

    private Journal(Disk disk, Path root) {
        this.disk = disk;
        this.folder = root.resolve("journal");
        this.idFile = root.resolve("last-deployment");
    }

    /** Reads what is there and mends what can be mended. */
    static Journal open(Disk disk, Path root, Quarantine quarantine, List<Finding> findings) {
        Journal journal = new Journal(disk, root);
        journal.recover(quarantine, findings);
        return journal;
    }

    /**
     * Gives out a number for a deployment. Numbers grow and none is given out twice, also over crashes; some may be left out.
     *
     * @throws StoreException when it cannot be remembered
     */
    public long nextId() throws StoreException {
        synchronized (idLock) {
            long id = lastId + 1;
            JsonObject json = new JsonObject();
            json.addProperty("last", id);
            disk.replace(idFile, Lines.encode(json.toString()));
            lastId = id;
            return id;
        }
    }

    /**
     * Writes down that a deployment was accepted and waits for its turn, so that a crash cannot make it vanish.
     *
     * @param header as far as it is known; {@link #begin} says the rest
     * @return its journal, which nothing may be written to before {@link #begin}
     * @throws StoreException when it cannot be written, or there is one with this number
     */
    public JournalFile announce(DeploymentHeader header) throws StoreException {
        Path file = file(header.id());
        disk.makeFolder(folder);
        if (disk.size(file) >= 0) {
            throw new StoreException("journal '" + file
                    + "' is there already; expected a number from nextId() for deployment '" + header.name() + "'");
        }
        return new JournalFile(disk, file, header);
    }

    /**
     * Begins a deployment that was announced.
     *
     * @param header what holds now, with the number that was announced
     * @throws StoreException when it cannot be written, or the end of an earlier deployment could not be written and still
     *     cannot
     */
    public void begin(JournalFile announced, DeploymentHeader header) throws StoreException {
        // An old journal that stayed open would be undone at the next start, over what newer deployments did.
        for (Ending ending : List.copyOf(endings.values())) {
            ending.write();
        }
        announced.begin(header);
    }

    /** Returns the deployments that had not ended for good when the store was opened, the oldest first. */
    public List<OpenDeployment> openDeployments() {
        return List.copyOf(open);
    }

    /** Remembers the end of a deployment until {@link #forget}: no other begins before it is written. */
    void end(long id, Ending ending) throws StoreException {
        endings.put(id, ending);
        ending.write();
    }

    /** Forgets a deployment; its entry is in the history. Nothing happens when it was forgotten already. */
    void forget(long id) throws StoreException {
        disk.delete(file(id));
        endings.remove(id);
        open.removeIf(d -> d.header().id() == id);
    }

    /** Takes note of a number seen elsewhere: none up to it is given out. */
    void noteId(long id) {
        synchronized (idLock) {
            lastId = Math.max(lastId, id);
        }
    }

    /** Reads the last number; when it is damaged or missing, it must be found elsewhere and a gap be left. */
    boolean readLastId(List<Finding> findings) {
        try {
            if (disk.size(idFile) < 0) {
                return false;
            }
            noteId(Json.read(idFile, Lines.readOne(disk, idFile, StoreLimits.LINE_BYTES_MAX), json -> json.get("last")
                    .getAsLong()));
            return true;
        } catch (StoreException e) {
            findings.add(new Finding(
                    idFile,
                    "the last deployment number cannot be read: " + e.getMessage() + "; numbers jump by "
                            + StoreLimits.ID_GAP + ", nothing else is lost"));
            return false;
        }
    }

    /** Leaves a gap, because numbers may have been given out that nothing tells of; none is left when there never was one. */
    void leaveGap() {
        synchronized (idLock) {
            if (lastId > 0) {
                lastId += StoreLimits.ID_GAP;
            }
        }
    }

    private void recover(Quarantine quarantine, List<Finding> findings) {
        List<String> names;
        try {
            names = disk.list(folder);
            for (String name : quarantine.names()) {
                noteId(idOf(name));
            }
        } catch (StoreException e) {
            findings.add(new Finding(folder, "journals cannot be listed: " + e.getMessage()));
            return;
        }
        for (String name : names) {
            Path file = folder.resolve(name);
            long id = idOf(name);
            noteId(id);
            if (id == 0) {
                Recovery.deleteTemp(disk, file, findings);
            } else if (open.size() < StoreLimits.JOURNALS_MAX) {
                recover(file, id, quarantine, findings);
            }
        }
    }

    private void recover(Path file, long id, Quarantine quarantine, List<Finding> findings) {
        Lines lines = Recovery.mend(disk, quarantine, file, StoreLimits.JOURNAL_BYTES_MAX, findings);
        boolean isDamaged = lines.damaged() > 0;
        try {
            if (lines.texts().isEmpty() && !isDamaged) {
                // It crashed while it began: nothing was announced, so nothing was done.
                disk.delete(file);
                return;
            }
        } catch (StoreException e) {
            findings.add(new Finding(file, "an empty journal stays: " + e.getMessage()));
            return;
        }
        DeploymentHeader standIn = new DeploymentHeader(id, "deployment " + id, "unknown", Instant.EPOCH, 0);
        List<String> texts = new ArrayList<>(lines.texts());
        OpenDeployment deployment;
        try {
            deployment = JournalFile.read(file, texts, standIn, isDamaged);
            if (deployment.header().id() != id) {
                throw new StoreException("journal '" + file + "' is of deployment "
                        + deployment.header().id());
            }
        } catch (StoreException e) {
            Recovery.quarantine(quarantine, file, "journal cannot be used", e, findings);
            deployment = new OpenDeployment(standIn, List.of(), List.of(), List.of(), Optional.empty(), true);
        }
        if (deployment.isDamaged()) {
            findings.add(new Finding(
                    file,
                    "the journal of deployment " + id + " ('"
                            + deployment.header().name()
                            + "') is damaged, so not everything that it changed may be put back; compare the configuration"
                            + " and the grants of its modules with what they should be"));
        }
        open.add(deployment);
    }

    private Path file(long id) {
        return folder.resolve(String.format("%012d.journal", id));
    }

    private static long idOf(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
