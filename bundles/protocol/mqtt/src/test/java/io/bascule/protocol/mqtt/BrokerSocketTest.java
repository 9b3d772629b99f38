/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.protocol.mqtt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes over the wire, and when, between a client that behaves as Paho does and a peer. */
@Timeout(60)
class BrokerSocketTest {

    private static final byte PUBLISH = 0x32;
    private static final byte PINGREQ = (byte) 0xc0;

    private ServerSocket door;
    private BrokerSocket socket;
    private Socket broker;
    private OutputStream out;

    @BeforeEach
    void connect() throws IOException {
        door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        meet(new BrokerSocket(null, "127.0.0.1", false));
    }

    private void meet(BrokerSocket made) throws IOException {
        socket = made;
        socket.connect(door.getLocalSocketAddress());
        broker = door.accept();
        out = socket.getOutputStream();
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        broker.close();
        door.close();
    }

    /** A packet without end of its own: the first byte says what it is, all others are the same. */
    private static byte[] packet(byte type, int length, int content) {
        byte[] packet = new byte[length];
        Arrays.fill(packet, (byte) content);
        packet[0] = type;
        return packet;
    }

    private void send(byte[] packet) throws IOException {
        out.write(packet, 0, packet.length);
        out.flush();
    }

    private void assertArrive(byte[]... packets) throws IOException {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            expected.write(packet);
        }
        byte[] arrived = broker.getInputStream().readNBytes(expected.size());
        assertArrayEquals(expected.toByteArray(), arrived);
    }

    @Test
    void aPublicationThatIsAloneGoesOutAtOnce() throws IOException {
        for (int i = 0; i < 10; i++) {
            socket.announce();
            send(packet(PUBLISH, 40, i));
            assertArrive(packet(PUBLISH, 40, i));
        }
    }

    @Test
    void publicationsGoOutTogetherWhileMoreAreAnnounced() throws IOException {
        socket.announce();
        socket.announce();
        send(packet(PUBLISH, 40, 1));
        assertEquals(0, broker.getInputStream().available());
        send(packet(PUBLISH, 40, 2));
        assertArrive(packet(PUBLISH, 40, 1), packet(PUBLISH, 40, 2));
    }

    @Test
    void aPublicationThatWasNotAnnouncedTakesNothingFromThoseThatAre() throws IOException {
        send(packet(PUBLISH, 40, 1));
        assertArrive(packet(PUBLISH, 40, 1));
        socket.announce();
        socket.announce();
        send(packet(PUBLISH, 40, 2));
        assertEquals(0, broker.getInputStream().available());
        send(packet(PUBLISH, 40, 3));
        assertArrive(packet(PUBLISH, 40, 2), packet(PUBLISH, 40, 3));
    }

    @Test
    void anyOtherPacketTakesWhatIsKeptAlong() throws IOException {
        socket.announce();
        socket.announce();
        send(packet(PUBLISH, 40, 1));
        send(packet(PINGREQ, 2, 0));
        assertArrive(packet(PUBLISH, 40, 1), packet(PINGREQ, 2, 0));
        send(packet(PUBLISH, 40, 2));
        assertArrive(packet(PUBLISH, 40, 2));
    }

    @Test
    void whatWasKeptForAPublicationThatIsRefusedGoesOut() throws IOException {
        socket.announce();
        socket.announce();
        send(packet(PUBLISH, 40, 1));
        socket.withdraw();
        assertArrive(packet(PUBLISH, 40, 1));
        socket.announce();
        send(packet(PUBLISH, 40, 2));
        assertArrive(packet(PUBLISH, 40, 2));
    }

    @Test
    void whatIsKeptIsBoundedAndLargePacketsKeepTheirPlace() throws IOException {
        for (int i = 0; i < 1000; i++) {
            socket.announce();
        }
        byte[] small = packet(PUBLISH, 5000, 1);
        byte[] large = packet(PUBLISH, 50_000, 2);
        send(small);
        send(small);
        send(large);
        assertArrive(small, small, large);
    }

    /** Connects anew, with what is a rush and how long a rest then lasts. */
    private void meetAgain(Duration within, Duration rest) throws IOException {
        socket.close();
        broker.close();
        meet(new BrokerSocket(null, "127.0.0.1", false, new BrokerSocket.Rush(within.toNanos(), rest.toNanos())));
    }

    @Test
    void inARushItRestsAndThenReadsAllThatCameMeanwhile() throws Exception {
        meetAgain(Duration.ofHours(1), Duration.ofHours(1));
        InputStream in = socket.getInputStream();
        broker.getOutputStream().write(1);
        assertEquals(1, in.read());
        FutureTask<Integer> next = new FutureTask<>(in::read);
        Thread reader = new Thread(next, "reader");
        reader.start();
        Await.until("the reader to rest", () -> reader.getState() == Thread.State.TIMED_WAITING);
        broker.getOutputStream().write(2);
        broker.getOutputStream().write(new byte[] {3, 4});
        LockSupport.unpark(reader);
        assertEquals(2, next.get());
        assertEquals(2, in.available(), "came with the same call");
    }

    @Test
    void withoutARushNothingWaits() throws Exception {
        meetAgain(Duration.ZERO, Duration.ofHours(1));
        InputStream in = socket.getInputStream();
        for (int i = 0; i < 10; i++) {
            broker.getOutputStream().write(i);
            assertEquals(i, in.read());
        }
    }

    @Test
    void packetsThatComeTogetherAreReadOneByOneAlsoWhenTheyAreLongerThanWhatIsReadAhead() throws IOException {
        byte[] sent = new byte[100_000];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = (byte) ((i * 31) >> 3);
        }
        Thread peer = new Thread(
                () -> {
                    try {
                        broker.getOutputStream().write(sent);
                        broker.shutdownOutput();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                "peer");
        peer.start();
        send(packet(PINGREQ, 2, 0));
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        for (int single = in.read(); single >= 0; single = in.read()) {
            read.write(single);
            read.write(in.readNBytes(read.size() % 4000));
        }
        assertArrayEquals(sent, read.toByteArray());
        assertEquals(-1, in.read());
    }
}
