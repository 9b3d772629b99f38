/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;

/** What is done at the start about files that are not as they should be. Never throws: what cannot be mended is a finding too. */
final class Recovery {

    private Recovery() {}

    /** Moves a damaged file out of the way. */
    static void quarantine(
            Quarantine quarantine, Path file, String what, StoreException cause, List<Finding> findings) {
        String text = what + ": " + cause.getMessage();
        try {
            Path to = quarantine.move(file);
            findings.add(new Finding(file, text + "; it was moved to '" + to + "'; check the device"));
        } catch (StoreException e) {
            findings.add(new Finding(file, text + "; it could not be moved away: " + e.getMessage()));
        }
    }

    /** Deletes a temporary file of a write that a crash interrupted; other files are left alone. */
    static void deleteTemp(Disk disk, Path file, List<Finding> findings) {
        if (String.valueOf(file.getFileName()).endsWith(Disk.TEMP_SUFFIX)) {
            try {
                disk.delete(file);
            } catch (StoreException e) {
                findings.add(new Finding(file, "what an interrupted write left stays: " + e.getMessage()));
            }
        }
    }

    /**
     * Reads a file of lines and mends it: a torn end is cut silently, since nothing had been promised for it; damaged lines are
     * taken out, the file as it was goes to quarantine.
     *
     * @return what is whole; nothing when the file could not be read
     */
    static Lines mend(Disk disk, Quarantine quarantine, Path file, int bytesMax, List<Finding> findings) {
        byte[] content;
        try {
            content = disk.read(file, bytesMax);
        } catch (StoreException e) {
            quarantine(quarantine, file, "file cannot be used", e, findings);
            return new Lines(List.of(), 0, false, 1);
        }
        Lines lines = Lines.decode(content);
        try {
            if (lines.damaged() > 0) {
                Path copy = quarantine.copy(file, content);
                findings.add(new Finding(
                        file,
                        "file '" + file + "' has " + lines.damaged() + " damaged lines of "
                                + (lines.damaged() + lines.texts().size())
                                + "; they were taken out, the file as it was is '"
                                + copy + "'; check the device"));
                byte[] whole = join(lines.texts());
                disk.replace(file, whole);
                return new Lines(lines.texts(), whole.length, false, lines.damaged());
            }
            if (lines.isTorn()) {
                disk.truncate(file, lines.goodLength());
                return new Lines(lines.texts(), lines.goodLength(), false, 0);
            }
        } catch (StoreException e) {
            findings.add(new Finding(file, "file '" + file + "' could not be mended: " + e.getMessage()));
        }
        return lines;
    }

    private static byte[] join(List<String> texts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        texts.forEach(t -> out.writeBytes(Lines.encode(t)));
        return out.toByteArray();
    }
}
