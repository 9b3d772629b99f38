/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.nio.file.Path;
import java.util.List;

/** The meter in C that the sample driver speaks to, compiled here, in a process of its own that ends with this one. */
final class CompiledMeter implements AutoCloseable {

    private static final Path SOURCE = Path.of("../../wasm-bundle-bridge/extender/src/test/c/meter.c");

    private final PeerProcess process;
    private final int port;

    private CompiledMeter(PeerProcess process) {
        this.process = process;
        this.port = Integer.parseInt(process.awaitLine("\\d+"));
    }

    /** Starts one on a free port of loopback. */
    static CompiledMeter start(Path folder) {
        String gcc = PeerProgram.find("gcc", "gcc libc6-dev").toString();
        String binary = folder.resolve("meter").toString();
        PeerProgram.run(gcc, "-O2", "-o", binary, SOURCE.toString());
        return new CompiledMeter(PeerProcess.start(List.of(binary, "tcp")));
    }

    /** Where it is, as a driver in WebAssembly writes it. */
    String endpoint() {
        return "tcp:127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.close();
    }
}
