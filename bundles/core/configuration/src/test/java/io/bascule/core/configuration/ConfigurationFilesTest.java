/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.testkit.FakeConfigurationAdmin;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;

/** A change of a configuration is in its file, whole, or the file is as it was. */
class ConfigurationFilesTest {

    private static final String PID = "io.bascule.security.grants";
    private static final String TEXT = """
            # Who may do what.
            press.log = true

            # Everybody.
            *.emit = true
            home = ${karaf.home}/data
            """;

    @TempDir
    Path folder;

    private final FakeConfigurationAdmin configurations = new FakeConfigurationAdmin();
    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.writeString(folder.resolve("a grant.cfg"), TEXT);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        configure(Map.of("press.log", "true", "*.emit", "true", "home", "/opt/gateway/data"));
    }

    private void configure(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put(ConfigurationFiles.FILE, file.toUri().toString());
        configurations.put(PID, all);
    }

    /** A framework of which only the properties are asked. */
    private static BundleContext framework(Map<String, String> properties) {
        return (BundleContext) Proxy.newProxyInstance(
                ConfigurationFilesTest.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> properties.get(String.valueOf(arguments[0])));
    }

    private ConfigurationFiles files() throws IOException {
        return new ConfigurationFiles(
                framework(Map.of(
                        ConfigurationFiles.SAVE,
                        "false",
                        ConfigurationFiles.ENCODING,
                        "UTF-8",
                        "karaf.home",
                        "/opt/gateway")),
                configurations);
    }

    private static Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    @Test
    void aChangeReplacesTheFileAndKeepsWhatPeopleWrote() throws IOException {
        ConfigurationFiles files = files();
        Object before = identity(file);
        configure(Map.of("*.emit", "true", "home", "/opt/gateway/data", "ofen.log", "gr\u00fcn"));
        files.changed(PID);
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.contains("# Everybody."), lines.toString());
        assertTrue(lines.contains("home = ${karaf.home}/data"), lines.toString());
        assertFalse(lines.toString().contains("press.log"), lines.toString());
        Properties said = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            said.load(in);
        }
        assertEquals("gr\u00fcn", said.get("ofen.log"));
        assertNotEquals(before, identity(file), "it was written over, not replaced");
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void aFileThatSaysItAlreadyIsLeftAlone() throws IOException {
        ConfigurationFiles files = files();
        Object before = identity(file);
        files.changed(PID);
        assertEquals(before, identity(file));
        assertEquals(TEXT, Files.readString(file));
    }

    @Test
    void aFileThatCannotBeReplacedStaysWhole() throws IOException {
        ConfigurationFiles files = files();
        // Where the draft would go there is a folder with something in it.
        Files.createDirectories(folder.resolve("a grant.cfg.draft/taken"));
        configure(Map.of("press.log", "false"));
        files.changed(PID);
        assertEquals(TEXT, Files.readString(file));
    }

    @Test
    void theFileOfARemovedConfigurationGoes() throws IOException {
        ConfigurationFiles files = files();
        configurations.remove(PID);
        files.deleted(PID);
        assertFalse(Files.exists(file));
        files.deleted(PID);
        files.deleted("io.bascule.unknown");
    }

    @Test
    void aFileThatSomebodyTookAwayDoesNotComeBack() throws IOException {
        ConfigurationFiles files = files();
        Files.delete(file);
        configure(Map.of("press.log", "false"));
        files.changed(PID);
        assertFalse(Files.exists(file));
    }
}
