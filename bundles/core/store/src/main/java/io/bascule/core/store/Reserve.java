/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes put aside on the disk. On a full one SQLite cannot even remove rows, because that is written too; giving these
 * bytes up makes it possible. Used by one thread.
 */
final class Reserve {

    private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);

    /** Made again only when the disk has this many times its size, so that it does not take the last space itself. */
    private static final int SPACE_FACTOR = 4;

    private final Path file;
    private final int bytes;

    Reserve(Path file, int bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** Puts the bytes aside when they are not and there is space. */
    void restore() {
        try {
            boolean isThere = bytes == 0 || (Files.exists(file) && Files.size(file) == bytes);
            Path folder = file.toAbsolutePath().getParent();
            if (!isThere
                    && folder != null
                    && Files.getFileStore(folder).getUsableSpace() >= (long) bytes * SPACE_FACTOR) {
                byte[] content = new byte[bytes];
                Arrays.fill(content, (byte) '.');
                Files.write(file, content);
            }
        } catch (IOException e) {
            LOG.debug("file={} cannot be put aside yet: {}", file, e.toString());
        }
    }

    /** Gives the bytes up. */
    void release() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("file={} cannot be deleted to make room: {}", file, e.toString());
        }
    }
}
