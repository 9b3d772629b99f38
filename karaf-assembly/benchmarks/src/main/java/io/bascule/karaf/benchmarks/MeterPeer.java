/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The meter in C that the driver's tests use, in a process of its own. */
final class MeterPeer implements AutoCloseable {

    private static final String SOURCE = "wasm-bundle-bridge/extender/src/test/c/meter.c";
    private static final long SECONDS_MAX = 60;

    private final Path folder;
    private final Process process;
    private final int port;

    private MeterPeer(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    static boolean isPossible() {
        for (String one : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(one, "gcc"))) {
                return true;
            }
        }
        return false;
    }

    static MeterPeer start() throws IOException, InterruptedException {
        if (!isPossible()) {
            throw new IOException(
                    "the meter of this benchmark is a program in C and needs gcc; on Debian: apt-get install"
                            + " gcc libc6-dev");
        }
        Path folder = Files.createTempDirectory("bascule-bench-meter");
        Path binary = folder.resolve("meter");
        Process gcc = new ProcessBuilder(
                        "gcc",
                        "-O2",
                        "-o",
                        binary.toString(),
                        Artefacts.root().resolve(SOURCE).toString())
                .redirectErrorStream(true)
                .start();
        String out = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!gcc.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || gcc.exitValue() != 0) {
            throw new IOException("the meter does not compile: " + out);
        }
        Process process = new ProcessBuilder(binary.toString(), "tcp")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = reader.readLine();
        if (line == null) {
            throw new IOException("the meter did not start: exit code " + process.waitFor());
        }
        return new MeterPeer(folder, process, Integer.parseInt(line));
    }

    String endpoint() {
        return "tcp:127.0.0.1:" + port;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Gateway.delete(folder);
    }
}
