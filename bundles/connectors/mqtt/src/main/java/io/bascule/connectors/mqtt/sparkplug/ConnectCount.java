/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.sparkplug;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers connections 0 to 255 and again, each different from the one before, also after a restart: a host that hears of a death late
 * must be able to tell that it is not that of the present birth. Confined to one thread.
 */
public final class ConnectCount implements IntSupplier {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectCount.class);
    private static final int BYTE = 0xFF;

    private final Optional<Path> file;
    private int last;

    /**
     * Goes on after the number in a file.
     *
     * @param file one byte; empty: begins with 0
     */
    public ConnectCount(Optional<Path> file) {
        this.file = file;
        this.last = file.map(ConnectCount::read).orElse(BYTE);
    }

    private static int read(Path file) {
        try {
            byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
            return bytes.length == 0 ? BYTE : Byte.toUnsignedInt(bytes[0]);
        } catch (IOException e) {
            LOG.warn("{} cannot be read; connections are numbered from 0 again", file, e);
            return BYTE;
        }
    }

    /** Returns the number of the next connection. */
    @Override
    public int getAsInt() {
        last = (last + 1) & BYTE;
        if (file.isPresent()) {
            try {
                Files.write(file.get(), new byte[] {(byte) last});
            } catch (IOException e) {
                LOG.warn(
                        "{} cannot be written; after a restart a number of a connection may come twice", file.get(), e);
            }
        }
        return last;
    }
}
