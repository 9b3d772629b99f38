/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps damaged files for a person to look at, the newest ones only. Used by one thread. */
final class SetAside {

    /** How many damaged files are kept: the disk of a gateway is small. */
    private static final int KEPT_MAX = 2;

    private static final List<String> PARTS = List.of("", "-wal", "-shm");

    private final Path file;

    SetAside(Path file) {
        this.file = file;
    }

    /** Returns whether the log of the database is there and holds something. */
    boolean hasLog() throws IOException {
        Path log = part(file, "-wal");
        return Files.exists(log) && Files.size(log) > 0;
    }

    /** Moves the file and what belongs to it out of the way. */
    Path setAside() throws IOException {
        List<Path> older = listKept();
        Path last = older.isEmpty() ? null : older.get(older.size() - 1);
        Path target = file.resolveSibling(file.getFileName() + ".damaged-" + (numberOf(last) + 1));
        for (String part : PARTS) {
            if (Files.exists(part(file, part))) {
                Files.move(part(file, part), part(target, part));
            }
        }
        for (Path old : older.subList(0, Math.max(0, older.size() - KEPT_MAX + 1))) {
            for (String part : PARTS) {
                Files.deleteIfExists(part(old, part));
            }
        }
        return target;
    }

    private List<Path> listKept() throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f ->
                            f.getFileName().toString().matches("\\Q" + file.getFileName() + "\\E\\.damaged-\\d{1,9}"))
                    .sorted(Comparator.comparingInt(SetAside::numberOf))
                    .toList();
        }
    }

    private static int numberOf(@Nullable Path kept) {
        if (kept == null) {
            return 0;
        }
        String name = kept.getFileName().toString();
        return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
    }

    private static Path part(Path file, String part) {
        return file.resolveSibling(file.getFileName() + part);
    }
}
