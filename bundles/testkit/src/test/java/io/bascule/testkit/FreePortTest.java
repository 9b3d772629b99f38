/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortTest {

    @Test
    void noPortIsChosenTwiceAndNoneThatTheSystemGivesToClients() {
        Set<Integer> chosen = new HashSet<>();
        IntStream.range(0, 500).forEach(i -> chosen.add(i % 2 == 0 ? FreePort.tcp() : FreePort.udp()));
        assertEquals(500, chosen.size());
        assertTrue(chosen.stream().allMatch(port -> port > 1024 && port < 32_768), chosen.toString());
    }

    @Test
    void aServerCanListenThere() throws IOException {
        try (ServerSocket server = new ServerSocket(FreePort.tcp(), 1, InetAddress.getLoopbackAddress());
                DatagramSocket datagrams = new DatagramSocket(FreePort.udp(), InetAddress.getLoopbackAddress())) {
            assertTrue(server.isBound() && datagrams.isBound());
        }
    }
}
