/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The meter at the other end: a program in C that shares nothing with the driver, in a process of its own. Needs gcc, and socat for a
 * serial line.
 */
public final class Meter implements AutoCloseable {

    private static final Path SOURCE = Path.of("src/test/c/meter.c");
    private static final Path BINARY = Path.of("target/meter");

    private final PeerProcess process;
    private final int port;

    private Meter(PeerProcess process) {
        this.process = process;
        this.port = Integer.parseInt(process.awaitLine("\\d+"));
    }

    /** Returns the driver under test, as it is committed. */
    public static byte[] driver() throws IOException {
        return Files.readAllBytes(Path.of("../samples/meter-driver/meter-driver-1.0.0.wasm"));
    }

    static void require(String tool) {
        PeerProgram.find(tool, "gcc libc6-dev socat");
    }

    /** Starts one that listens on loopback. */
    public static Meter tcp() {
        return start("tcp");
    }

    static Meter serial(Path device) {
        return start("serial", device.toString());
    }

    private static Meter start(String... arguments) {
        compile();
        List<String> command = new ArrayList<>(List.of(BINARY.toString()));
        command.addAll(List.of(arguments));
        return new Meter(PeerProcess.start(command));
    }

    private static synchronized void compile() {
        require("gcc");
        try {
            if (!Files.exists(BINARY)
                    || Files.getLastModifiedTime(BINARY).compareTo(Files.getLastModifiedTime(SOURCE)) <= 0) {
                String out =
                        PeerProgram.run("gcc", "-O2", "-Wall", "-Wextra", "-o", BINARY.toString(), SOURCE.toString());
                assertEquals("", out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the meter's files cannot be looked at", e);
        }
    }

    /** Starts socat with two pseudo terminals that are one line; ends with {@link Process#destroy}. */
    static Process line(Path one, Path other) {
        require("socat");
        return PeerProcess.start(List.of("socat", "pty,raw,echo=0,link=" + one, "pty,raw,echo=0,link=" + other))
                .await("the line", () -> Files.exists(one) && Files.exists(other))
                .process();
    }

    int port() {
        return port;
    }

    /** Returns where it listens. */
    public String endpoint() {
        return "tcp:127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.close();
    }
}
