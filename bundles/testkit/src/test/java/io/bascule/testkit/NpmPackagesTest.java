/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a script in npm's place, which counts how often it was asked. */
class NpmPackagesTest {

    private static final String COUNT = "echo \"$@\" >> asked; ";
    private static final String WRITE = "mkdir -p node_modules; touch node_modules/.package-lock.json";

    @TempDir
    Path folder;

    @BeforeEach
    void lock() throws IOException {
        Files.writeString(folder.resolve("package-lock.json"), "{}");
    }

    private void install(String script) {
        NpmPackages.install(folder, List.of("sh", "-c", COUNT + script, "npm"));
    }

    private List<String> asked() throws IOException {
        return Files.readAllLines(folder.resolve("asked"));
    }

    @Test
    void aRegistryThatFailsTwiceIsAskedAThirdTimeAndThenNoMore() throws IOException {
        install("test $(wc -l < asked) = 3 || exit 1; " + WRITE);
        install("exit 1");
        assertEquals(List.of("ci --no-audit --no-fund --fetch-retries 5"), List.copyOf(asked().subList(0, 1)));
        assertEquals(3, asked().size());
    }

    @Test
    void theMessageHasWhatNpmWrote() {
        Throwable failed = assertThrows(Throwable.class, () -> install("echo npm ERR! ECONNRESET >&2; exit 1"));
        String message = String.valueOf(failed.getMessage());
        assertTrue(message.contains("tried 3 times") && message.contains("npm ERR! ECONNRESET"), message);
    }

    @Test
    void whatIsHalfDoneOrOlderThanTheLockIsInstalledAgain() throws IOException {
        Files.createDirectories(folder.resolve("node_modules/node-opcua"));
        assertFalse(NpmPackages.isInstalled(folder));
        install(WRITE);
        assertTrue(NpmPackages.isInstalled(folder));
        Files.setLastModifiedTime(
                folder.resolve("node_modules/.package-lock.json"), FileTime.fromMillis(1_000_000_000_000L));
        assertFalse(NpmPackages.isInstalled(folder));
        install(WRITE);
        assertTrue(NpmPackages.isInstalled(folder));
    }
}
