/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.testkit.Await;
import io.bascule.testkit.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * The server at the other end: node-opcua, in a process of its own. Needs Node.js and npm, which fetches node-opcua the first time.
 * Without them the tests that use it are skipped on a person's machine, and fail in continuous integration, which sets CI.
 */
final class Peer implements AutoCloseable {

    private static final Path NPM = Path.of("src/test/npm").toAbsolutePath();
    private static final long INSTALL_SECONDS_MAX = 300;

    private final int port;
    private final Path folder;
    private final List<String> security;
    private Process process;

    private Peer(int port, Path folder, List<String> security) {
        this.port = port;
        this.folder = folder;
        this.security = security;
        this.process = launch();
    }

    /**
     * Starts a server on a free port.
     *
     * @param folder where it keeps its certificates
     */
    static Peer start(Path folder) {
        return start(folder, "accept");
    }

    /** Starts a server that knows no certificate and refuses those it does not know. */
    static Peer startStrict(Path folder) {
        return start(folder, "refuse");
    }

    /** Starts a server that offers no security. */
    static Peer startOpen(Path folder) {
        return start(folder, "open");
    }

    /** Starts a server with a certificate that somebody gave it, and its key, both in PEM. */
    static Peer startAs(Path folder, Path certificate, Path key) {
        return start(folder, "accept", certificate.toString(), key.toString());
    }

    private static Peer start(Path folder, String... security) {
        install();
        return new Peer(FreePort.tcp(), folder, List.of(security));
    }

    private static synchronized void install() {
        for (String tool : List.of("node", "npm")) {
            boolean isThere = List.of(System.getenv("PATH").split(":", -1)).stream()
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
            demand(isThere, tool + "; on Debian: apt-get install nodejs npm");
        }
        if (!Files.exists(NPM.resolve("node_modules/node-opcua/package.json"))) {
            int code = npmInstall();
            demand(code == 0, "the npm package node-opcua; 'npm install' in " + NPM + " ended with code " + code);
        }
    }

    private static int npmInstall() {
        try {
            Process npm = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--silent")
                    .directory(NPM.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!npm.waitFor(INSTALL_SECONDS_MAX, TimeUnit.SECONDS)) {
                npm.destroyForcibly();
                return -1;
            }
            return npm.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException("npm does not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static void demand(boolean isThere, String what) {
        String message = "these tests need " + what;
        if (!isThere && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(isThere, message);
    }

    private Process launch() {
        try {
            Files.createDirectories(folder);
            Path log = folder.resolve("server.log");
            List<String> command = new ArrayList<>(List.of(
                    "node",
                    NPM.resolve("server.cjs").toString(),
                    Integer.toString(port),
                    folder.resolve("pki").toString()));
            command.addAll(security);
            Process started = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectError(log.toFile())
                    .start();
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
            String line = out.readLine();
            while (line != null && !line.equals("listening")) {
                line = out.readLine();
            }
            if (line == null) {
                throw new AssertionError("the server did not start: " + Files.readString(log));
            }
            // It may go on printing; nobody reads that, and the pipe must not fill up.
            Thread drain = new Thread(() -> out.lines().forEach(l -> {}), "peer-output");
            drain.setDaemon(true);
            drain.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("the server does not start", e);
        }
    }

    int port() {
        return port;
    }

    Path folder() {
        return folder;
    }

    String endpoint() {
        return endpoint(port);
    }

    static String endpoint(int port) {
        return "opc.tcp://127.0.0.1:" + port + "/test";
    }

    /** Ends it without a word to its clients, as kill -9 does. */
    void kill() {
        process.destroyForcibly();
        Await.until("the end of the server", () -> !process.isAlive());
    }

    /** Starts it again on its port, after {@link #kill}. */
    void restart() {
        process = launch();
    }

    @Override
    public void close() {
        kill();
    }
}
