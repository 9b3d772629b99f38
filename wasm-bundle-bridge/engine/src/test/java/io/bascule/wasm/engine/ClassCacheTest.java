/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import static io.bascule.wasm.engine.ValueType.I32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class cache: it saves compiling, and runs nothing that this installation did not write. */
class ClassCacheTest {

    @TempDir
    private Path directory;

    private static byte[] returning(int value) {
        return Wat.wasm("(module (func (export \"f\") (result i32) i32.const " + value + "))");
    }

    private WasmEngine engine() {
        return WasmEngine.start(
                EngineConfig.builder().cacheDirectory(directory).warmUp(false).build());
    }

    private static long run(WasmEngine engine, byte[] wasm) throws WasmException {
        try (CompiledModule module = engine.compile(wasm);
                WasmInstance guest = module.instantiate(HostFunctions.NONE)) {
            return guest.function("f", FunctionType.of().returning(I32))
                    .orElseThrow()
                    .call();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".classes")).toList();
        }
    }

    @Test
    void classesAreTakenFromTheCacheTheSecondTime() throws Exception {
        try (WasmEngine first = engine()) {
            assertEquals(1, run(first, returning(1)));
            assertEquals(1, first.stats().cacheMisses());
            assertEquals(1, run(first, returning(1)));
            assertEquals(1, first.stats().cacheHits());
        }
        try (WasmEngine second = engine()) {
            assertEquals(1, run(second, returning(1)));
            assertEquals(1, second.stats().cacheHits());
            assertEquals(0, second.stats().cacheMisses());
        }
        if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("cache.key"))));
        }
    }

    @Test
    void aDamagedFileIsRefusedAndTheModuleCompiledAgain() throws Exception {
        try (WasmEngine engine = engine()) {
            run(engine, returning(1));
            Path file = files().get(0);
            byte[] content = Files.readAllBytes(file);
            for (int at : new int[] {0, 40, content.length - 1}) {
                byte[] damaged = content.clone();
                damaged[at] ^= 1;
                Files.write(file, damaged);
                long rejected = engine.stats().cacheRejected();
                assertEquals(1, run(engine, returning(1)));
                assertEquals(rejected + 1, engine.stats().cacheRejected());
            }
            Files.write(file, new byte[3]);
            assertEquals(1, run(engine, returning(1)));
            assertEquals(4, engine.stats().cacheRejected());
        }
    }

    @Test
    void classesOfAnotherModuleOrInstallationAreRefused() throws Exception {
        try (WasmEngine engine = engine()) {
            run(engine, returning(1));
            Path one = files().get(0);
            run(engine, returning(2));
            Path two = files().stream()
                    .filter(file -> !file.equals(one))
                    .findFirst()
                    .orElseThrow();
            Files.write(one, Files.readAllBytes(two));
            assertEquals(1, run(engine, returning(1)), "not the classes of module two");
            assertEquals(1, engine.stats().cacheRejected());
        }
        Files.write(directory.resolve("cache.key"), new byte[32]);
        try (WasmEngine other = engine()) {
            assertEquals(2, run(other, returning(2)));
            assertEquals(1, other.stats().cacheRejected());
        }
    }

    @Test
    void theCacheStaysWithinItsSize() throws Exception {
        long one;
        try (WasmEngine engine = engine()) {
            run(engine, returning(0));
            one = Files.size(files().get(0));
        }
        EngineConfig config = EngineConfig.builder()
                .cacheDirectory(directory)
                .cacheBytesMax(one * 3)
                .warmUp(false)
                .build();
        try (WasmEngine engine = WasmEngine.start(config)) {
            for (int i = 1; i < 8; i++) {
                run(engine, returning(i));
            }
        }
        long total = 0;
        for (Path file : files()) {
            total += Files.size(file);
        }
        assertEquals(true, total <= one * 3 && total > 0, total + " bytes");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsSaidSo() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        EngineConfig config = EngineConfig.builder().cacheDirectory(file).build();
        assertThrows(IllegalArgumentException.class, () -> WasmEngine.start(config));
    }
}
