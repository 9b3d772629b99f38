/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import io.bascule.api.module.deployment.HistoryEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is remembered of deployments that ended: segments {@code history/000000000001.log} of lines, each the number of the
 * deployment, a space and the entry as JSON. Entries are only added; whole oldest segments go when there are too many. Safe for
 * use by any thread; no lock is held while a file is read for a caller.
 */
public final class History {

    private static final Logger LOG = LoggerFactory.getLogger(History.class);
    private static final Pattern NAME = Pattern.compile("(\\d{12})\\.log");

    private final Disk disk;
    private final Path folder;
    private final int entriesMax;
    private final int segmentEntries;
    private final Object lock = new Object();

    /** Guarded by lock; the oldest first. */
    private final List<Segment> segments = new ArrayList<>();

    /** A segment; its members are guarded by the history's lock. */
    private static final class Segment {
        private final long number;
        private final LineLog log;
        private final Set<Long> deployments = new HashSet<>();
        private int entries;

        Segment(long number, LineLog log) {
            this.number = number;
            this.log = log;
        }
    }

    private History(Disk disk, Path root, int entriesMax) {
        this.disk = disk;
        this.folder = root.resolve("history");
        this.entriesMax = entriesMax;
        this.segmentEntries = Math.max(1, entriesMax / StoreLimits.SEGMENTS);
    }

    /** Reads which deployments it knows and mends what can be mended. */
    static History open(Disk disk, Path root, int entriesMax, Quarantine quarantine, List<Finding> findings) {
        History history = new History(disk, root, entriesMax);
        history.recover(quarantine, findings);
        return history;
    }

    /**
     * Adds an entry, unless there is one of the same deployment.
     *
     * @return false when there is one already
     * @throws StoreException when it cannot be written; it is not there then, and may be added again
     */
    public boolean add(HistoryEntry entry) throws StoreException {
        synchronized (lock) {
            if (segments.stream().anyMatch(s -> s.deployments.contains(entry.deployment()))) {
                return false;
            }
            Segment segment = segments.isEmpty() ? null : segments.get(segments.size() - 1);
            boolean isNew = segment == null
                    || segment.entries >= segmentEntries
                    || segment.log.length() >= StoreLimits.SEGMENT_BYTES;
            if (segment == null || isNew) {
                segment = newSegment(segment);
            }
            segment.log.append(entry.deployment() + " " + Json.of(entry));
            segment.entries++;
            segment.deployments.add(entry.deployment());
            if (isNew) {
                segments.add(segment);
            }
            drop();
            return true;
        }
    }

    /** Returns the last {@code max} entries, the newest first; reads only the segments that it needs. */
    public List<HistoryEntry> last(int max) throws StoreException {
        List<HistoryEntry> entries = new ArrayList<>();
        List<Path> files = files();
        for (int i = files.size() - 1; i >= 0 && entries.size() < max; i--) {
            List<String> texts = read(files.get(i));
            for (int t = texts.size() - 1; t >= 0 && entries.size() < max; t--) {
                entries.add(Json.read(files.get(i), jsonOf(texts.get(t)), Json::historyEntry));
            }
        }
        return List.copyOf(entries);
    }

    /** Appends everything as one JSON array, the oldest entry first; holds one segment in memory at a time. */
    public void export(Appendable out) throws IOException {
        out.append('[');
        String separator = "\n";
        for (Path file : files()) {
            for (String text : read(file)) {
                out.append(separator).append(jsonOf(text));
                separator = ",\n";
            }
        }
        out.append("\n]\n");
    }

    /** Returns how many entries there are. */
    public int size() {
        synchronized (lock) {
            return segments.stream().mapToInt(s -> s.entries).sum();
        }
    }

    /** Returns the highest number of a deployment that it knows, 0 when it knows none. */
    long highestDeployment() {
        synchronized (lock) {
            return segments.stream()
                    .flatMap(s -> s.deployments.stream())
                    .mapToLong(Long::longValue)
                    .max()
                    .orElse(0);
        }
    }

    private List<Path> files() {
        synchronized (lock) {
            return segments.stream().map(s -> s.log.file()).toList();
        }
    }

    /** Reads the whole entries of a segment; a line that is being appended right now is not among them. */
    private List<String> read(Path file) throws StoreException {
        if (disk.size(file) < 0) {
            // Dropped since the files were listed.
            return List.of();
        }
        Lines lines = Lines.read(disk, file, StoreLimits.SEGMENT_BYTES_MAX);
        if (lines.damaged() > 0) {
            LOG.warn(
                    "{} damaged lines in '{}' are left out; the next start takes them out, check the device",
                    lines.damaged(),
                    file);
        }
        return lines.texts();
    }

    private Segment newSegment(@Nullable Segment last) throws StoreException {
        disk.makeFolder(folder);
        long number = last == null ? 1 : last.number + 1;
        Path file = folder.resolve(String.format("%012d.log", number));
        // A failed attempt may have left a beginning of it.
        boolean isUncertain = disk.size(file) > 0;
        return new Segment(number, new LineLog(disk, file, StoreLimits.SEGMENT_BYTES_MAX, 0, isUncertain));
    }

    /** Drops the oldest segments while there is too much; what cannot be dropped now is dropped after the next entry. */
    private void drop() {
        int entries = segments.stream().mapToInt(s -> s.entries).sum();
        long bytes = segments.stream().mapToLong(s -> s.log.length()).sum();
        while (segments.size() > 1 && (entries > entriesMax || bytes > StoreLimits.HISTORY_BYTES_MAX)) {
            Segment oldest = segments.get(0);
            try {
                disk.delete(oldest.log.file());
            } catch (StoreException e) {
                LOG.warn("the oldest history cannot be dropped: {}", e.getMessage());
                return;
            }
            segments.remove(0);
            entries -= oldest.entries;
            bytes -= oldest.log.length();
        }
    }

    private void recover(Quarantine quarantine, List<Finding> findings) {
        List<String> names;
        try {
            names = disk.list(folder);
        } catch (StoreException e) {
            findings.add(new Finding(folder, "the history cannot be listed: " + e.getMessage()));
            return;
        }
        for (String name : names) {
            Path file = folder.resolve(name);
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches()) {
                Segment segment = read(file, Long.parseLong(matcher.group(1)), quarantine, findings);
                synchronized (lock) {
                    segments.add(segment);
                }
            } else {
                Recovery.deleteTemp(disk, file, findings);
            }
        }
    }

    private Segment read(Path file, long number, Quarantine quarantine, List<Finding> findings) {
        Lines lines = Recovery.mend(disk, quarantine, file, StoreLimits.SEGMENT_BYTES_MAX, findings);
        LineLog log = new LineLog(disk, file, StoreLimits.SEGMENT_BYTES_MAX, lines.goodLength(), true);
        Segment segment = new Segment(number, log);
        for (String text : lines.texts()) {
            int space = text.indexOf(' ');
            // The number stands before the JSON so that opening parses none.
            if (space > 0 && text.chars().limit(space).allMatch(c -> c >= '0' && c <= '9')) {
                segment.deployments.add(Long.parseLong(text.substring(0, space)));
            }
        }
        segment.entries = lines.texts().size();
        return segment;
    }

    private static String jsonOf(String text) {
        return text.substring(text.indexOf(' ') + 1);
    }
}
