/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps damaged files for people to look at, under a running number and their old name. The oldest go when there are too many.
 * Safe for use by any thread.
 */
final class Quarantine {

    private static final Pattern NAME = Pattern.compile("(\\d{1,9})-(.+)");

    private final Disk disk;
    private final Path folder;

    Quarantine(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
    }

    /** Moves a file here and returns where it is now. */
    synchronized Path move(Path file) throws StoreException {
        disk.makeFolder(folder);
        Path to = next(file);
        disk.move(file, to);
        trim();
        return to;
    }

    /** Keeps a copy of a file that is about to be repaired and returns where it is. */
    synchronized Path copy(Path file, byte[] content) throws StoreException {
        disk.makeFolder(folder);
        Path to = next(file);
        disk.replace(to, content);
        trim();
        return to;
    }

    /** Returns the old names of the files that are here. */
    synchronized List<String> names() throws StoreException {
        List<String> names = new ArrayList<>();
        for (String name : disk.list(folder)) {
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches()) {
                names.add(matcher.group(2));
            }
        }
        return names;
    }

    private Path next(Path file) throws StoreException {
        long highest = 0;
        for (String name : disk.list(folder)) {
            highest = Math.max(highest, numberOf(name));
        }
        return folder.resolve(String.format("%06d-%s", highest + 1, file.getFileName()));
    }

    private void trim() throws StoreException {
        List<String> names = new ArrayList<>(disk.list(folder));
        names.sort((a, b) -> Long.compare(numberOf(b), numberOf(a)));
        long bytes = 0;
        for (int i = 0; i < names.size(); i++) {
            Path file = folder.resolve(names.get(i));
            bytes += Math.max(0, disk.size(file));
            boolean isNewest = i == 0;
            if (!isNewest && (i >= StoreLimits.QUARANTINE_FILES_MAX || bytes > StoreLimits.QUARANTINE_BYTES_MAX)) {
                disk.delete(file);
            }
        }
    }

    private static long numberOf(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
