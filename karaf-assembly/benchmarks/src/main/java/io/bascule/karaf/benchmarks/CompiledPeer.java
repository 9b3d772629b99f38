/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A device in C that a driver's tests use, compiled here, listening on a loopback port, in a process of its own. */
final class CompiledPeer implements AutoCloseable {

    /** The meter that the driver in WebAssembly speaks to. */
    static final String METER = "wasm-bundle-bridge/extender/src/test/c/meter.c";

    /** A Modbus device, which needs Debian's libmodbus-dev. */
    static final String MODBUS = "device-drivers/modbus/src/test/c/peer.c";

    private static final long SECONDS_MAX = 60;

    private final Path folder;
    private final Process process;
    private final int port;

    private CompiledPeer(Path folder, Process process, int port) {
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

    /**
     * Compiles a source of the project and starts it, with the word {@code tcp} as its argument.
     *
     * @param options of the compiler, behind the source: libraries and where their headers are
     */
    static CompiledPeer start(String source, String... options) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("bascule-bench-peer");
        return start(folder, compile(folder, source, options));
    }

    /** Starts another process of the same program. */
    CompiledPeer another() throws IOException, InterruptedException {
        return start(folder, binary(folder));
    }

    private static Path binary(Path folder) {
        return folder.resolve("peer");
    }

    static Path compile(Path folder, String source, String... options) throws IOException, InterruptedException {
        if (!isPossible()) {
            throw new IOException("the device " + source
                    + " of this benchmark is a program in C and needs gcc; on Debian: apt-get install gcc libc6-dev");
        }
        List<String> command = new ArrayList<>(List.of(
                "gcc",
                "-O2",
                "-o",
                binary(folder).toString(),
                Artefacts.root().resolve(source).toString()));
        command.addAll(List.of(options));
        Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!gcc.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || gcc.exitValue() != 0) {
            throw new IOException(source + " does not compile, perhaps for want of a library: " + out);
        }
        return binary(folder);
    }

    private static CompiledPeer start(Path folder, Path binary) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(binary.toString(), "tcp")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = reader.readLine();
        if (line == null) {
            throw new IOException("the device " + binary + " did not start: exit code " + process.waitFor());
        }
        return new CompiledPeer(folder, process, Integer.parseInt(line));
    }

    int port() {
        return port;
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
