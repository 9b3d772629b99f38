/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerProcessTest {

    private static PeerProcess shell(String script) {
        return PeerProcess.start(List.of("sh", "-c", script));
    }

    @Test
    void aPeerIsReadyWhenItSaysSoAndEndsWhenItIsClosed() {
        PeerProcess peer = shell("echo starting; echo 4711; exec tail -f /dev/null");
        assertEquals("4711", peer.awaitLine("\\d+"));
        assertTrue(peer.process().isAlive());
        assertEquals("starting\n4711\n", peer.log());
        peer.close();
        assertFalse(peer.process().isAlive());
    }

    @Test
    void aPeerThatEndsBeforeItIsReadyIsTriedOnThreePortsAndItsWordsAreInTheMessage() {
        List<Integer> ports = new ArrayList<>();
        ProgramEnded ended = assertThrows(
                ProgramEnded.class,
                () -> PeerProcess.onFreePort(FreePort::tcp, port -> {
                    ports.add(port);
                    return shell("echo port " + port + " is taken >&2; exit 3").awaitListening(port);
                }));
        assertEquals(3, new HashSet<>(ports).size(), ports.toString());
        String message = String.valueOf(ended.getMessage());
        assertTrue(message.contains("code 3") && message.contains("port " + ports.get(2) + " is taken"), message);
    }

    @Test
    void aPeerThatStartsTheSecondTimeIsThere() {
        List<Integer> ports = new ArrayList<>();
        try (PeerProcess peer = PeerProcess.onFreePort(FreePort::udp, port -> {
            ports.add(port);
            PeerProcess started = shell(ports.size() < 2 ? "exit 1" : "echo ready; exec tail -f /dev/null");
            started.awaitLine("ready");
            return started;
        })) {
            assertTrue(peer.process().isAlive());
        }
        assertEquals(2, ports.size());
    }
}
