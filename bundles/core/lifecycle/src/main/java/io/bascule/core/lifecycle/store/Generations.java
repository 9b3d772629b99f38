/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import com.google.gson.JsonObject;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generations. Each has a file {@code generations/000012.json}; the file {@code current} holds a second copy of the current
 * one, so that damage to either is mended from the other. <b>Replacing {@code current} is the commit</b>: before it the old
 * generation is current after any crash, after it the new one.
 *
 * <p>{@link #commit} and {@link #retain} are confined to the deployer's thread; what reads is safe for use by any thread.
 */
public final class Generations {

    private static final Logger LOG = LoggerFactory.getLogger(Generations.class);
    private static final Pattern NAME = Pattern.compile("(\\d{6,9})\\.json");

    private final Disk disk;
    private final Path folder;
    private final Path currentFile;
    private final Quarantine quarantine;

    /** What readers see; replaced as a whole. */
    private volatile State state = new State(Optional.empty(), new TreeMap<>(), 0);

    /** Whether {@code current} is there: without it, a generation file would count as committed at the next start. */
    private boolean isCurrentWritten;

    /** One consistent view; nothing in it is changed. */
    private record State(Optional<Generation> current, NavigableMap<Integer, Generation> all, int highest) {}

    /** What the file {@code current} says. */
    private record Current(int highest, Optional<Generation> generation) {}

    private Generations(Disk disk, Path root, Quarantine quarantine) {
        this.disk = disk;
        this.folder = root.resolve("generations");
        this.currentFile = root.resolve("current");
        this.quarantine = quarantine;
    }

    /**
     * Reads what is there and mends what can be mended.
     *
     * @param isOpen whether a deployment is known not to have been committed; asked only when {@code current} is damaged
     * @param findings gets what was not as it should be
     */
    static Generations open(Disk disk, Path root, Quarantine quarantine, LongPredicate isOpen, List<Finding> findings) {
        Generations generations = new Generations(disk, root, quarantine);
        generations.recover(isOpen, findings);
        return generations;
    }

    /** Returns the current generation; empty before the first was committed. */
    public Optional<Generation> current() {
        return state.current;
    }

    /** Finds a retained generation. */
    public Optional<Generation> find(int number) {
        return Optional.ofNullable(state.all.get(number));
    }

    /** Returns the retained generations, the newest first, the current one among them. */
    public List<Generation> list() {
        return List.copyOf(state.all.descendingMap().values());
    }

    /** Returns the number for the next generation: higher than any that was ever handed to {@link #commit}. */
    public int nextNumber() {
        return state.highest + 1;
    }

    /**
     * Makes a generation the current one. When this returns it is, and stays so over a crash; when it throws, the one before is.
     *
     * @param generation its number is {@link #nextNumber()}
     * @throws StoreException when it cannot be written
     */
    public void commit(Generation generation) throws StoreException {
        State before = state;
        if (generation.number() <= before.highest) {
            throw new StoreException("generation " + generation.number()
                    + " cannot be committed: its number was used; expected " + (before.highest + 1) + " or more");
        }
        byte[] content = line(Json.of(generation));
        byte[] pointer = pointer(generation.number(), Optional.of(generation));
        if (Math.max(content.length, pointer.length) > StoreLimits.GENERATION_BYTES_MAX) {
            throw new StoreException("generation " + generation.number() + " has " + content.length
                    + " bytes; expected at most " + StoreLimits.GENERATION_BYTES_MAX + "; use less configuration");
        }
        disk.makeFolder(folder);
        if (!isCurrentWritten) {
            disk.replace(currentFile, pointer(before.highest, before.current));
            isCurrentWritten = true;
        }
        Path file = file(generation.number());
        // From here on the number may be on the disk.
        state = new State(before.current, before.all, generation.number());
        try {
            disk.replace(file, content);
            disk.replace(currentFile, pointer);
        } catch (StoreException e) {
            if (!isCurrentAnyhow(generation, before)) {
                deleteUncommitted(file, e);
                throw e;
            }
            LOG.warn(
                    "generation={} is current, but a power loss now may return to the one before: {}",
                    generation.number(),
                    e.getMessage());
        }
        NavigableMap<Integer, Generation> all = new TreeMap<>(before.all);
        all.put(generation.number(), generation);
        state = new State(Optional.of(generation), all, generation.number());
    }

    /**
     * Removes the oldest generations, from the first on that is too many or too much. The current one and the one before it stay.
     *
     * @param countMax most generations that stay
     * @param bytesMax most bytes of the artefacts of all generations that stay, each counted once
     * @param sizeOf bytes of the artefact with a digest
     * @return the digests of the artefacts that generations still need
     * @throws StoreException when a file cannot be deleted; the generation is then still there
     */
    public Set<String> retain(int countMax, long bytesMax, ToLongFunction<String> sizeOf) throws StoreException {
        State before = state;
        NavigableMap<Integer, Generation> kept = new TreeMap<>();
        Set<String> digests = new HashSet<>();
        List<Generation> removed = new ArrayList<>();
        long bytes = 0;
        for (Generation generation : before.all.descendingMap().values()) {
            Set<String> fresh = new HashSet<>();
            for (GenerationModule module : generation.modules()) {
                if (!digests.contains(module.digest())) {
                    fresh.add(module.digest());
                }
            }
            long more = fresh.stream().mapToLong(sizeOf).sum();
            boolean isProtected = kept.size() < 2;
            if (!isProtected && (!removed.isEmpty() || kept.size() >= countMax || bytes + more > bytesMax)) {
                removed.add(generation);
            } else {
                kept.put(generation.number(), generation);
                digests.addAll(fresh);
                bytes += more;
            }
        }
        // Oldest first: what is left after a crash is without gaps.
        removed.sort(Comparator.comparingInt(Generation::number));
        NavigableMap<Integer, Generation> all = new TreeMap<>(before.all);
        for (Generation generation : removed) {
            disk.delete(file(generation.number()));
            all.remove(generation.number());
            state = new State(before.current, new TreeMap<>(all), before.highest);
        }
        return Set.copyOf(digests);
    }

    /**
     * Finds out what a failed commit left. The rename may have happened although forcing it failed: then it is taken back, and
     * only when even that fails the commit counts, because the next start would see it.
     */
    private boolean isCurrentAnyhow(Generation generation, State before) {
        try {
            if (!saysCurrent(generation.number())) {
                return false;
            }
            disk.replace(currentFile, pointer(generation.number(), before.current));
            return false;
        } catch (StoreException e) {
            LOG.warn("generation={} could not be taken back: {}", generation.number(), e.getMessage());
        }
        try {
            return saysCurrent(generation.number());
        } catch (StoreException e) {
            LOG.warn("file '{}' cannot be read after a failed commit: {}", currentFile, e.getMessage());
            return false;
        }
    }

    private boolean saysCurrent(int number) throws StoreException {
        return readCurrent().generation.map(Generation::number).equals(Optional.of(number));
    }

    private void deleteUncommitted(Path file, StoreException failure) {
        try {
            disk.delete(file);
        } catch (StoreException e) {
            // It is higher than the current one, so the next start removes it.
            failure.addSuppressed(e);
        }
    }

    private void recover(LongPredicate isOpen, List<Finding> findings) {
        NavigableMap<Integer, Generation> valid = new TreeMap<>();
        int highest = readFiles(valid, findings);
        boolean wasThere = true;
        Optional<Current> current;
        try {
            wasThere = disk.size(currentFile) >= 0;
            current = wasThere ? Optional.of(readCurrent()) : Optional.empty();
        } catch (StoreException e) {
            current = Optional.empty();
            findings.add(new Finding(currentFile, "'" + currentFile + "' cannot be used: " + e.getMessage()));
        }
        isCurrentWritten = current.isPresent();
        if (current.isPresent()) {
            follow(current.get(), valid, highest, findings);
        } else if (!wasThere && highest == 0) {
            begin(findings);
        } else {
            searchCurrent(wasThere, valid, highest, isOpen, findings);
        }
    }

    /** Reads the generation files into {@code valid} and returns the highest number that a file has or had. */
    private int readFiles(NavigableMap<Integer, Generation> valid, List<Finding> findings) {
        int highest = 0;
        List<String> names = new ArrayList<>();
        try {
            names.addAll(disk.list(folder));
            for (String name : quarantine.names()) {
                highest = Math.max(highest, numberOf(name));
            }
        } catch (StoreException e) {
            findings.add(new Finding(folder, "generations cannot be listed: " + e.getMessage()));
        }
        names.sort(Comparator.reverseOrder());
        int read = 0;
        for (String name : names) {
            int number = numberOf(name);
            highest = Math.max(highest, number);
            Path file = folder.resolve(name);
            if (number == 0) {
                Recovery.deleteTemp(disk, file, findings);
            } else if (read++ < StoreLimits.GENERATIONS_MAX) {
                try {
                    Generation generation = Json.read(
                            file, Lines.readOne(disk, file, StoreLimits.GENERATION_BYTES_MAX), Json::generation);
                    if (generation.number() != number) {
                        throw new StoreException("file '" + file + "' holds generation " + generation.number());
                    }
                    valid.put(number, generation);
                } catch (StoreException e) {
                    Recovery.quarantine(quarantine, file, "generation " + number + " is damaged", e, findings);
                }
            }
        }
        return highest;
    }

    /** The normal start: {@code current} is right, whatever the files say. */
    private void follow(
            Current current, NavigableMap<Integer, Generation> valid, int highestFile, List<Finding> findings) {
        int number = current.generation.map(Generation::number).orElse(0);
        int highest = Math.max(Math.max(current.highest, highestFile), number);
        NavigableMap<Integer, Generation> uncommitted = new TreeMap<>(valid.tailMap(number, false));
        uncommitted.keySet().forEach(valid::remove);
        try {
            if (highest > current.highest) {
                // Before the file goes that remembers it: a number is never used again.
                disk.replace(currentFile, pointer(highest, current.generation));
            }
            for (int left : uncommitted.keySet()) {
                disk.delete(file(left));
            }
            if (current.generation.isPresent() && !isSame(current.generation.get(), valid.get(number))) {
                disk.makeFolder(folder);
                disk.replace(file(number), line(Json.of(current.generation.get())));
                findings.add(new Finding(
                        file(number),
                        "file '" + file(number) + "' of the current generation " + number
                                + " was missing or damaged; it was written anew from '" + currentFile
                                + "', nothing is lost; check the device"));
            }
        } catch (StoreException e) {
            findings.add(new Finding(currentFile, "generation " + number + " is current, but: " + e.getMessage()));
        }
        current.generation.ifPresent(g -> valid.put(number, g));
        state = new State(current.generation, valid, highest);
    }

    private static boolean isSame(Generation a, @Nullable Generation b) throws StoreException {
        return b != null && Json.of(a).equals(Json.of(b));
    }

    /** A new store: {@code current} is written first, so that it missing later always means damage. */
    private void begin(List<Finding> findings) {
        try {
            disk.replace(currentFile, pointer(0, Optional.empty()));
            isCurrentWritten = true;
        } catch (StoreException e) {
            findings.add(new Finding(currentFile, "the store is new, and nothing can be deployed: " + e.getMessage()));
        }
    }

    /** {@code current} is damaged or gone: the newest valid generation is current, unless it is known to be uncommitted. */
    private void searchCurrent(
            boolean wasThere,
            NavigableMap<Integer, Generation> valid,
            int highest,
            LongPredicate isOpen,
            List<Finding> findings) {
        Optional<Generation> found = valid.descendingMap().values().stream()
                .filter(g -> !isOpen.test(g.deployment()))
                .findFirst();
        int number = found.map(Generation::number).orElse(0);
        NavigableMap<Integer, Generation> kept = new TreeMap<>(valid.headMap(number, true));
        state = new State(found, kept, highest);
        String result = found.map(g -> "generation " + g.number() + " ('" + g.name() + "') is current now")
                .orElse("no valid generation is left, so only the modules of the installed features run");
        findings.add(new Finding(
                currentFile,
                "'" + currentFile + "' was " + (wasThere ? "damaged" : "missing") + "; " + result
                        + "; compare it with the history and deploy again what is missing"));
        try {
            if (wasThere) {
                quarantine.move(currentFile);
            }
            disk.replace(currentFile, pointer(highest, found));
            isCurrentWritten = true;
            for (int left : valid.tailMap(number, false).keySet()) {
                quarantine.move(file(left));
            }
        } catch (StoreException e) {
            findings.add(new Finding(currentFile, "'" + currentFile + "' could not be mended: " + e.getMessage()));
        }
    }

    private Current readCurrent() throws StoreException {
        return Json.read(
                currentFile,
                Lines.readOne(disk, currentFile, StoreLimits.GENERATION_BYTES_MAX),
                json -> new Current(
                        json.get("highest").getAsInt(),
                        Json.optional(json, "generation").map(g -> Json.generation(g.getAsJsonObject()))));
    }

    private static byte[] pointer(int highest, Optional<Generation> generation) throws StoreException {
        JsonObject json = new JsonObject();
        json.addProperty("highest", highest);
        if (generation.isPresent()) {
            json.add("generation", Json.of(generation.get()));
        }
        return line(json);
    }

    private static byte[] line(JsonObject json) {
        return Lines.encode(json.toString());
    }

    private Path file(int number) {
        return folder.resolve(String.format("%06d.json", number));
    }

    private static int numberOf(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    }
}
