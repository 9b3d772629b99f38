/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The meter in C that the sample driver speaks to, compiled here, in a process of its own that ends with this one. */
final class CompiledMeter implements AutoCloseable {

    private static final Path SOURCE = Path.of("../../wasm-bundle-bridge/extender/src/test/c/meter.c");

    private final Process process;
    private final int port;

    private CompiledMeter(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts one on a free port of loopback. Without gcc the test is skipped, in continuous integration it fails. */
    static CompiledMeter start(Path folder) throws IOException, InterruptedException {
        boolean isPossible = Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "gcc")));
        String message = "the meter is a program in C and needs gcc; on Debian: apt-get install gcc libc6-dev";
        if (!isPossible && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(isPossible, message);
        Path binary = folder.resolve("meter");
        Process gcc = new ProcessBuilder("gcc", "-O2", "-o", binary.toString(), SOURCE.toString())
                .redirectErrorStream(true)
                .start();
        String out = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, gcc.waitFor(), out);
        Process meter = new ProcessBuilder(binary.toString(), "tcp")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String line =
                new BufferedReader(new InputStreamReader(meter.getInputStream(), StandardCharsets.UTF_8)).readLine();
        return new CompiledMeter(meter, Integer.parseInt(String.valueOf(line)));
    }

    /** Where it is, as a driver in WebAssembly writes it. */
    String endpoint() {
        return "tcp:127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
