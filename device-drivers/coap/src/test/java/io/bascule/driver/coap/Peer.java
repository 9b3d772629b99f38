/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.testkit.FreePort;
import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The device at the other end: the server of libcoap, in a process of its own, which makes a resource of everything that is put.
 */
final class Peer implements AutoCloseable {

    private static final String PACKAGE = "libcoap3-bin";
    private static final long RUN_SECONDS_MAX = 120;

    private final int port;
    private PeerProcess process;

    private Peer(int port) {
        this.port = port;
        this.process = launch();
    }

    static Peer start() {
        return PeerProcess.onFreePort(FreePort::udp, Peer::new);
    }

    private PeerProcess launch() {
        String server = PeerProgram.find("coap-server-notls", PACKAGE).toString();
        return PeerProcess.start(List.of(server, "-A", "127.0.0.1", "-p", Integer.toString(port), "-d", "50"))
                .await("an answer", () -> !get("/time").isEmpty());
    }

    /** Starts it again on the same port; what was put is gone. */
    void restart() {
        process = launch();
    }

    /** Ends it the hard way. */
    void kill() {
        process.close();
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
        List<String> command = new ArrayList<>(
                List.of(PeerProgram.find("coap-client-notls", PACKAGE).toString(), "-v", "0"));
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
