/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.flow.FlowException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which flows a person started or stopped by hand; kept over restarts. A wish holds for as long as the document's
 * {@code enabled} stays what it was: whoever changes that later has the last word. Confined to the control thread.
 */
final class FlowWishes {

    private static final Logger LOG = LoggerFactory.getLogger(FlowWishes.class);

    private final Path file;
    private final Properties wishes = new Properties();

    FlowWishes(Path file) {
        this.file = file;
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                wishes.load(in);
            } catch (IOException | IllegalArgumentException e) {
                LOG.error("cannot read {}: flows run or not as their documents say", file, e);
                wishes.clear();
            }
        }
    }

    /** Returns whether the flow is to run. */
    boolean isWanted(String flow, boolean isEnabled) {
        String wish = wishes.getProperty(flow);
        boolean isHeeded = wish != null && wish.endsWith("@" + isEnabled);
        return isHeeded ? wish.startsWith("true") : isEnabled;
    }

    /**
     * Keeps a wish.
     *
     * @throws FlowException when it cannot be stored
     */
    void set(String flow, boolean isWanted, boolean isEnabled) throws FlowException {
        if (isWanted == isEnabled) {
            wishes.remove(flow);
        } else {
            wishes.setProperty(flow, isWanted + "@" + isEnabled);
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (OutputStream out = Files.newOutputStream(fresh)) {
                wishes.store(out, "flow = wanted@enabled in the document");
            }
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new FlowException(
                    "flow '" + flow + "' is " + (isWanted ? "started" : "stopped")
                            + " but will not be after a restart: cannot" + " write " + file + ": " + e,
                    e);
        }
    }
}
