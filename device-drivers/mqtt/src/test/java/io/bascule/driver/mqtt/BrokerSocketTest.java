/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BrokerSocketTest {

    private static BrokerSocket socket(ServerSocket door, long withinNanos, long restNanos) throws IOException {
        BrokerSocket socket = new BrokerSocket(null, "127.0.0.1", new BrokerSocket.Rush(withinNanos, restNanos));
        socket.connect(door.getLocalSocketAddress());
        return socket;
    }

    @Test
    void packetsThatComeWhileItRestsAreReadTogether() throws Exception {
        long hour = TimeUnit.HOURS.toNanos(1);
        try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                BrokerSocket socket = socket(door, hour, hour);
                Socket broker = door.accept()) {
            InputStream in = socket.getInputStream();
            OutputStream packets = broker.getOutputStream();
            packets.write(1);
            assertEquals(1, in.read());
            FutureTask<Integer> second = new FutureTask<>(in::read);
            Thread reader = new Thread(second, "reader");
            reader.start();
            Await.until("the reader to rest", () -> reader.getState() == Thread.State.TIMED_WAITING);
            packets.write(2);
            packets.write(3);
            LockSupport.unpark(reader);
            assertEquals(2, second.get());
            assertEquals(1, in.available());
        }
    }

    @Test
    void aPacketThatWasWaitedForIsNoRush() throws Exception {
        try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                BrokerSocket socket = socket(door, 0, TimeUnit.HOURS.toNanos(1));
                Socket broker = door.accept()) {
            InputStream in = socket.getInputStream();
            for (int i = 0; i < 10; i++) {
                broker.getOutputStream().write(i);
                assertEquals(i, in.read());
            }
        }
    }
}
