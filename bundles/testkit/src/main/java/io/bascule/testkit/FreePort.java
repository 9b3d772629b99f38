/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports of this machine for servers that are told theirs: a server starts, or comes back, some seconds after the port was chosen.
 * They lie below those that the system gives to whoever asks for any (from 32768 on Linux), so that no client takes one in
 * between, and a process does not choose one twice.
 */
public final class FreePort {

    private static final int FIRST = 20_000;
    private static final int COUNT = 12_000;

    // Processes that test at the same time begin at different places.
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 7919 % COUNT));

    private FreePort() {}

    /** One that no TCP server listens on now. */
    public static int tcp() {
        return find(port -> {
            try (ServerSocket socket = new ServerSocket()) {
                // What an earlier server left in TIME_WAIT would be in the way of one that does not reuse addresses.
                socket.setReuseAddress(false);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            }
        });
    }

    /** One that no UDP server uses now. */
    public static int udp() {
        return find(port -> new DatagramSocket(port, InetAddress.getLoopbackAddress()).close());
    }

    private interface Attempt {
        void at(int port) throws IOException;
    }

    private static int find(Attempt attempt) {
        IOException last = null;
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            try {
                attempt.at(port);
                return port;
            } catch (IOException taken) {
                last = taken;
            }
        }
        throw new AssertionError("none of the ports " + FIRST + " to " + (FIRST + COUNT - 1) + " is free", last);
    }
}
