/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import io.bascule.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The device at the other end: the HTTP server of Node.js, in a process of its own. Without it the tests that use it are skipped on
 * a person's machine, and fail in continuous integration, which sets CI.
 */
final class Peer implements AutoCloseable {

    private final Process process;
    private final int port;

    private Peer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a server; with a key store and its password one that speaks TLS. */
    static Peer start(String... keys) {
        boolean isThere = List.of(System.getenv("PATH").split(":", -1)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "node")));
        String message = "these tests need Node.js 16 or newer; on Debian: apt-get install nodejs";
        if (!isThere && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(isThere, message);
        List<String> command = new ArrayList<>(List.of("node", "src/test/js/peer.mjs"));
        command.addAll(List.of(keys));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(Path.of("target", "peer.log").toFile())
                    .start();
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("the peer did not start; see target/peer.log");
            }
            return new Peer(process, Integer.parseInt(line));
        } catch (IOException e) {
            throw new UncheckedIOException("the peer does not start", e);
        }
    }

    int port() {
        return port;
    }

    /** Ends it. */
    @Override
    public void close() {
        process.destroyForcibly();
        Await.until("the end of the peer", () -> !process.isAlive());
    }
}
