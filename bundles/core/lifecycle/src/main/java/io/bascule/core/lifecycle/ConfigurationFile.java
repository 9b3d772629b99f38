/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file in {@code etc/} that a configuration came from. When the gateway starts the file goes before what the framework has
 * stored. In the gateway's own distribution it is written before a change returns; elsewhere fileinstall writes it on a thread of its
 * own, and a crash between the two takes the change back. So whoever relies on a change waits for its file.
 */
final class ConfigurationFile {

    /** Key that fileinstall keeps in a configuration that came from a file. */
    static final String KEY = "felix.fileinstall.filename";

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationFile.class);

    private static final Duration WAIT_MAX = Duration.ofSeconds(2);
    private static final long LOOK_NANOS = 5_000_000;

    private ConfigurationFile() {}

    /**
     * Waits at most two seconds until the file says what the configuration says.
     *
     * @param raw the configuration with the notes of others; one that came from no file is not waited for
     * @param values without these notes
     * @return whether nothing is left to wait for
     */
    static boolean await(Map<String, Object> raw, Map<String, Object> values) {
        Optional<Path> file = of(raw);
        if (file.isEmpty()) {
            return true;
        }
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        while (!says(file.get(), values)) {
            if (System.nanoTime() - end > 0 || Thread.currentThread().isInterrupted()) {
                LOG.warn(
                        "file {} does not say after {} s what its configuration says; a restart would take the change back."
                                + " Check that it can be written",
                        file.get(),
                        WAIT_MAX.toSeconds());
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    private static Optional<Path> of(Map<String, Object> raw) {
        try {
            // The typed format is left to fileinstall.
            return Optional.ofNullable(raw.get(KEY))
                    .map(String::valueOf)
                    .filter(name -> name.endsWith(".cfg"))
                    .map(name -> name.startsWith("file:") ? Path.of(URI.create(name)) : Path.of(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean says(Path file, Map<String, Object> values) {
        Properties found = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            found.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            // It is being written, or it is not there yet.
            return false;
        }
        Map<String, Object> said = new HashMap<>();
        found.forEach((key, value) -> said.put(String.valueOf(key), value));
        return said.keySet().equals(values.keySet())
                && values.entrySet().stream()
                        .filter(entry -> entry.getValue() instanceof String)
                        .allMatch(entry -> isSame(entry.getValue(), String.valueOf(said.get(entry.getKey()))));
    }

    /** Placeholders stay in the file and are replaced in the configuration. */
    private static boolean isSame(Object value, String said) {
        return said.contains("${") || value.equals(said);
    }
}
