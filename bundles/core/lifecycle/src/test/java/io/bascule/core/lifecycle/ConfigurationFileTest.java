/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.testkit.Await;
import io.bascule.testkit.FakeConfigurationAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change of a configuration is done when the file that it came from says it too. */
class ConfigurationFileTest {

    @TempDir
    Path folder;

    private final FakeConfigurationAdmin configurations = new FakeConfigurationAdmin();
    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.writeString(folder.resolve("a press.cfg"), "# for people\nlimit = 5\n");
        configurations.put(
                "press",
                Map.of("limit", "5", ConfigurationFile.KEY, file.toUri().toString()));
    }

    @Test
    void aChangeIsDoneWhenItsFileIsWritten()
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        ModuleSettings settings = new ModuleSettings(configurations);
        CompletableFuture<Void> change = CompletableFuture.runAsync(() -> {
            try {
                settings.set("press", Optional.of(Map.of("limit", "7", "note", "a = b")));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        Await.until(
                "the change", () -> "7".equals(configurations.stored("press").get("limit")));
        assertFalse(change.isDone(), "the file says something else");

        Files.writeString(file, "# for people\nlimit = 7\nnote = a \\= b\n");

        change.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aFileThatNobodyWritesHoldsNothingUpForGood() throws IOException {
        new ModuleSettings(configurations).set("press", Optional.of(Map.of("limit", "8")));

        assertEquals("8", configurations.stored("press").get("limit"));
    }

    @Test
    void placeholdersStayInTheFile() throws IOException {
        Files.writeString(file, "limit = ${env:LIMIT}\n");

        assertTrue(ConfigurationFile.await(
                Map.of("limit", "8", ConfigurationFile.KEY, file.toString()), Map.of("limit", "8")));
    }

    @Test
    void whatCameFromNoFileOrFromATypedOneIsNotWaitedFor() {
        assertTrue(ConfigurationFile.await(Map.of("limit", "8"), Map.of("limit", "8")));
        assertTrue(ConfigurationFile.await(
                Map.of("limit", "8", ConfigurationFile.KEY, "file:/nowhere/press.config"), Map.of("limit", "8")));
    }
}
