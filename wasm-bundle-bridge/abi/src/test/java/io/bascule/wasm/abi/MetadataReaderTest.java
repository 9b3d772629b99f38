/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.World;
import io.bascule.api.security.Capability;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MetadataReaderTest {

    private static final Set<String> PROCESSOR =
            Set.of("cabi_realloc", "test", "configure", "process", "snapshot", "restore", "decode");

    private static final Set<String> DRIVER = Set.of("address", "plan", "connect", "poll", "write");

    private static ModuleMetadata read(@Nullable String section, @Nullable String sidecar, String location)
            throws MetadataException {
        return MetadataReader.read(new MetadataReader.Source(
                location, bytes(section), bytes(sidecar), Map.of("description", "from a section"), PROCESSOR));
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static Stream<Path> samples() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("../samples"), 2)) {
            return files.filter(f -> f.endsWith("module.json")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void readsTheMetadataOfEverySample(Path file) throws Exception {
        Set<String> exports = new HashSet<>(PROCESSOR);
        exports.addAll(DRIVER);
        ModuleMetadata metadata = MetadataReader.read(
                new MetadataReader.Source(file.toString(), bytes(Files.readString(file)), null, Map.of(), exports));
        assertEquals(file.getParent().getFileName().toString(), metadata.name());
        ModuleMetadata again = MetadataReader.read(
                new MetadataReader.Source("again", bytes(metadata.toJson()), null, Map.of(), exports));
        assertEquals(metadata.toJson(), again.toJson());
        assertTrue(metadata.wants(Capability.CHANNEL_WRITE, "line1/speed"));
    }

    @Test
    void theSectionWinsOverTheFileBeside() throws Exception {
        ModuleMetadata metadata = read(
                "{\"abi\":1,\"name\":\"a\",\"version\":\"1.0.0\",\"world\":\"processor\"}",
                "{\"abi\":1,\"name\":\"b\",\"version\":\"2.0.0\",\"world\":\"decoder\"}",
                "x.wasm");
        assertEquals("a", metadata.name());
        assertEquals("from a section", metadata.description());
        assertEquals(GuestContract.BATCH_MAX_DEFAULT, metadata.batchMax());
        assertFalse(metadata.isWriteImmediate());
    }

    @Test
    void takesNameVersionAndWorldFromFileAndExportsWhenThereIsNothingElse() throws Exception {
        ModuleMetadata metadata = read(null, null, "file:/deploy/moving-average-1.2.3-rc.1.wasm");
        assertEquals("moving-average", metadata.name());
        assertEquals("1.2.3.rc_1", metadata.version().osgi());
        assertEquals(World.PROCESSOR, metadata.world());
    }

    @ParameterizedTest
    @CsvSource({
        "processor, '', SIDE_BY_SIDE",
        "driver, '', STOP_FIRST",
        "driver, side-by-side, SIDE_BY_SIDE",
        "processor, stop-first, STOP_FIRST"
    })
    void saysHowItGivesWayToItsNextVersion(String world, String word, UpdateStrategy expected) throws Exception {
        String update = word.isEmpty() ? "" : ",\"update\":\"" + word + "\"";
        String json = "{\"abi\":1,\"name\":\"a\",\"version\":\"1.0.0\",\"world\":\"" + world + "\"" + update + "}";
        Set<String> exports = new HashSet<>(PROCESSOR);
        exports.addAll(DRIVER);
        ModuleMetadata metadata =
                MetadataReader.read(new MetadataReader.Source("x.wasm", bytes(json), null, Map.of(), exports));
        assertEquals(expected, metadata.update());
    }

    @Test
    void refusesAnUpdateThatItDoesNotKnow() {
        MetadataException refused = assertThrows(
                MetadataException.class,
                () -> read("{\"abi\":1,\"name\":\"a\",\"version\":\"1.0.0\",\"update\":\"later\"}", null, "x.wasm"));
        assertTrue(refused.getMessage().contains("stop-first"), refused.getMessage());
    }

    @Test
    void refusesToGuess() {
        MetadataException refused =
                assertThrows(MetadataException.class, () -> read(null, null, "file:/deploy/x.wasm"));
        assertTrue(refused.getMessage().contains("x.wasm.json"), refused.getMessage());
    }

    @Test
    void reportsEveryProblemAtOnce() {
        MetadataException refused = assertThrows(MetadataException.class, () -> read("""
                        {"abi": 2, "name": "Über", "version": "one", "world": "plugin", "maxBatch": 0, "io": "all",
                         "config": {"properties": {"window": {"type": "integer", "default": 99, "maximum": 64},
                                                   "list": {"type": "array"}}},
                         "channels": {"read": [""], "immediate": "yes"}}
                        """, null, "x.wasm"));
        assertEquals(10, refused.problems().size(), refused.getMessage());
        for (String named :
                List.of("abi", "Über", "one", "world", "maxBatch", "io", "window", "list", "read", "immediate")) {
            assertTrue(refused.problems().stream().anyMatch(p -> p.contains(named)), named);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"abi\":1,|not valid JSON",
                "[1]|not one JSON object",
                "{'abi':1}|not valid JSON",
                "{\"abi\":1}{}|JSON",
            })
    void refusesWhatIsNotStrictJson(String text, String expected) {
        MetadataException refused = assertThrows(MetadataException.class, () -> read(text, null, "x.wasm"));
        assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    }

    @Test
    void refusesDeepNestingBeforeItIsParsed() {
        String bomb = "{\"a\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}";
        MetadataException refused = assertThrows(MetadataException.class, () -> read(bomb, null, "x.wasm"));
        assertTrue(refused.getMessage().contains("32"), refused.getMessage());
    }

    @Test
    void namesTheExportThatTheWorldNeeds() {
        MetadataException refused = assertThrows(
                MetadataException.class,
                () -> read("{\"abi\":1,\"name\":\"a\",\"version\":\"1.0.0\",\"world\":\"driver\"}", null, "a"));
        assertEquals(DRIVER.size(), refused.problems().size());
        assertTrue(refused.getMessage().contains("'poll'"), refused.getMessage());
    }
}
