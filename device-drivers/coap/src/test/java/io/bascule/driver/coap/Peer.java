/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.testkit.Await;
import io.bascule.testkit.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * The device at the other end: the server of libcoap, in a process of its own, which makes a resource of everything that is put.
 * Without it the tests that use it are skipped on a person's machine, and fail in continuous integration, which sets CI.
 */
final class Peer implements AutoCloseable {

    private static final long RUN_SECONDS_MAX = 120;

    private final int port;
    private Process process;

    private Peer(int port) {
        this.port = port;
    }

    static Peer start() throws IOException {
        require("coap-server-notls");
        require("coap-client-notls");
        Peer peer = new Peer(FreePort.udp());
        peer.restart();
        return peer;
    }

    private static void require(String tool) {
        boolean isThere = List.of(System.getenv("PATH").split(":", -1)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
        String message = "these tests need " + tool + "; on Debian: apt-get install libcoap3-bin";
        if (!isThere && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(isThere, message);
    }

    /** Starts it, at first or again on the same port; what was put is gone. */
    void restart() {
        try {
            process = new ProcessBuilder(
                            "coap-server-notls", "-A", "127.0.0.1", "-p", Integer.toString(port), "-d", "50")
                    .redirectErrorStream(true)
                    .redirectOutput(Path.of("target", "peer.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("the peer does not start", e);
        }
        Await.until("the peer", () -> !get("/time").isEmpty());
    }

    /** Ends it the hard way. */
    void kill() {
        process.destroyForcibly();
        Await.until("the end of the peer", () -> !process.isAlive());
    }

    int port() {
        return port;
    }

    /** Puts a text; content format 0 is plain text, 50 is JSON. */
    void put(String path, String text, int contentFormat) {
        run("-m", "put", "-t", Integer.toString(contentFormat), "-e", text, uri(path));
    }

    /** Deletes what was put. */
    void delete(String path) {
        run("-m", "delete", uri(path));
    }

    /** Returns what is at a path, as libcoap's own client reads it; empty when nothing answers. */
    String get(String path) {
        return run("-m", "get", "-B", "1", uri(path));
    }

    private String uri(String path) {
        return "coap://127.0.0.1:" + port + path;
    }

    private static String run(String... arguments) {
        List<String> command = new ArrayList<>(List.of("coap-client-notls", "-v", "0"));
        command.addAll(List.of(arguments));
        try {
            Process client = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            client.getOutputStream().close();
            String out = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!client.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)) {
                client.destroyForcibly();
                throw new AssertionError(command + " did not end");
            }
            return out.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(command + " does not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
