/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The device at the other end: libmodbus, in a process of its own. */
final class Peer implements AutoCloseable {

    private static final String PACKAGES = "gcc libmodbus-dev socat mbpoll";
    private static final Path SOURCE = Path.of("src/test/c/peer.c");
    private static final Path BINARY = Path.of("target/peer");

    private final PeerProcess process;
    private final int port;

    private Peer(PeerProcess process) {
        this.process = process;
        this.port = Integer.parseInt(process.awaitLine("\\d+"));
    }

    /** Ends the test when a tool is missing. */
    static void require(String... tools) {
        for (String tool : tools) {
            PeerProgram.find(tool, PACKAGES);
        }
        Path header = Path.of("/", "usr", "include", "modbus", "modbus.h");
        PeerProgram.demand(Files.exists(header), "libmodbus-dev", PACKAGES);
    }

    static Peer tcp() {
        return start("tcp");
    }

    static Peer rtu(Path device) {
        return start("rtu", device.toString());
    }

    private static Peer start(String... arguments) {
        compile();
        List<String> command = new ArrayList<>(List.of(BINARY.toString()));
        command.addAll(List.of(arguments));
        return new Peer(PeerProcess.start(command));
    }

    private static synchronized void compile() {
        require("gcc", "socat", "mbpoll");
        if (!Files.exists(BINARY)) {
            String out = PeerProgram.run(
                    "gcc", "-Wall", "-I/usr/include/modbus", "-o", BINARY.toString(), SOURCE.toString(), "-lmodbus");
            assertEquals("", out);
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

    /** Ends it. */
    @Override
    public void close() {
        process.close();
    }
}
