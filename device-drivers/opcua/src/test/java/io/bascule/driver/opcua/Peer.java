/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.testkit.FreePort;
import io.bascule.testkit.NpmPackages;
import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The server at the other end: node-opcua, which npm fetches the first time, in a process of its own. */
final class Peer implements AutoCloseable {

    private static final Path NPM = Path.of("src/test/npm").toAbsolutePath();

    private final int port;
    private final Path folder;
    private final List<String> security;
    private PeerProcess process;

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
        NpmPackages.install(NPM);
        return PeerProcess.onFreePort(FreePort::tcp, port -> new Peer(port, folder, List.of(security)));
    }

    private PeerProcess launch() {
        List<String> command = new ArrayList<>(List.of(
                PeerProgram.find("node", "nodejs npm").toString(),
                NPM.resolve("server.cjs").toString(),
                Integer.toString(port),
                folder.resolve("pki").toString()));
        command.addAll(security);
        PeerProcess started = PeerProcess.start(folder, command);
        started.awaitLine("listening");
        return started;
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
        process.close();
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
