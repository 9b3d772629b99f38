/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.nio.file.Path;

/**
 * A file that lines are appended to. A line that could not be appended leaves nothing behind: the file is cut back, at the
 * latest before the next line. Not safe for use by several threads.
 */
final class LineLog {

    private final Disk disk;
    private final Path file;
    private final int bytesMax;
    private long length;
    private boolean isUncertain;

    /**
     * Goes on with a file, or begins one.
     *
     * @param length its whole lines, in bytes
     * @param isUncertain whether there may be something behind them
     */
    LineLog(Disk disk, Path file, int bytesMax, long length, boolean isUncertain) {
        this.disk = disk;
        this.file = file;
        this.bytesMax = bytesMax;
        this.length = length;
        this.isUncertain = isUncertain;
    }

    Path file() {
        return file;
    }

    long length() {
        return length;
    }

    void append(String text) throws StoreException {
        byte[] line = Lines.encode(text);
        if (line.length > StoreLimits.LINE_BYTES_MAX || length + line.length > bytesMax) {
            throw new StoreException("a line of " + line.length + " bytes does not fit '" + file + "' of " + length
                    + " bytes; expected at most " + StoreLimits.LINE_BYTES_MAX + " a line, " + bytesMax
                    + " a file; deploy fewer modules at once or less configuration");
        }
        if (isUncertain) {
            cutBack();
        }
        isUncertain = true;
        try {
            disk.append(file, line);
        } catch (StoreException e) {
            try {
                cutBack();
            } catch (StoreException later) {
                e.addSuppressed(later);
            }
            throw e;
        }
        isUncertain = false;
        length += line.length;
    }

    private void cutBack() throws StoreException {
        if (disk.size(file) > length) {
            disk.truncate(file, length);
        }
        isUncertain = false;
    }
}
