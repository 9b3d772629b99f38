/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.util.ArrayList;
import java.util.List;

/** The device at the other end: the HTTP server of Node.js 16 or newer, in a process of its own. */
final class Peer implements AutoCloseable {

    private final PeerProcess process;
    private final int port;

    private Peer(PeerProcess process) {
        this.process = process;
        this.port = Integer.parseInt(process.awaitLine("\\d+"));
    }

    /** Starts a server; with a key store and its password one that speaks TLS. */
    static Peer start(String... keys) {
        List<String> command =
                new ArrayList<>(List.of(PeerProgram.find("node", "nodejs").toString(), "src/test/js/peer.mjs"));
        command.addAll(List.of(keys));
        return new Peer(PeerProcess.start(command));
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
