/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What testkit's FaultyProxy is for TCP: stands between a driver and its device, on loopback, and spoils datagrams. */
final class FaultyDatagrams implements AutoCloseable {

    private static final int DATAGRAM_BYTES_MAX = 65_507;

    /** What happens to datagrams. */
    enum Fault {
        /** They go through. */
        NONE,
        /** They vanish in both directions. */
        DROP,
        /** Answers wait for the delay. */
        DELAY,
        /** Every second answer vanishes. */
        LOSS,
        /** Answers come twice. */
        TWICE,
        /** Answers are replaced by as many bytes of chance. */
        GARBAGE,
        /** Of each answer only the first half goes through. */
        HALF
    }

    private final DatagramSocket drivers;
    private final SocketAddress device;
    private final Random random;
    private final Map<SocketAddress, DatagramSocket> byDriver = new ConcurrentHashMap<>();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private volatile Fault fault = Fault.NONE;
    private volatile long delayMillis;
    private final List<Future<?>> late = new ArrayList<>();
    private int answers;

    FaultyDatagrams(int devicePort, long seed) {
        device = new InetSocketAddress(InetAddress.getLoopbackAddress(), devicePort);
        random = new Random(seed);
        try {
            drivers = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException("no port for the proxy", e);
        }
        start("asks", this::ask);
    }

    private static void start(String role, Runnable work) {
        Thread thread = new Thread(work, "faulty-datagrams-" + role);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return drivers.getLocalPort();
    }

    void set(Fault next) {
        fault = next;
    }

    void setDelayMillis(long millis) {
        delayMillis = millis;
    }

    private void ask() {
        DatagramPacket packet = new DatagramPacket(new byte[DATAGRAM_BYTES_MAX], DATAGRAM_BYTES_MAX);
        while (!drivers.isClosed()) {
            try {
                packet.setLength(DATAGRAM_BYTES_MAX);
                drivers.receive(packet);
                if (fault != Fault.DROP) {
                    SocketAddress driver = packet.getSocketAddress();
                    DatagramSocket own = byDriver.computeIfAbsent(driver, this::open);
                    own.send(new DatagramPacket(packet.getData(), packet.getLength(), device));
                }
            } catch (IOException e) {
                if (!drivers.isClosed()) {
                    throw new UncheckedIOException("the proxy failed", e);
                }
            }
        }
    }

    private DatagramSocket open(SocketAddress driver) {
        try {
            DatagramSocket own = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            start("answers", () -> answer(own, driver));
            return own;
        } catch (IOException e) {
            throw new UncheckedIOException("no port for the proxy", e);
        }
    }

    private void answer(DatagramSocket own, SocketAddress driver) {
        DatagramPacket packet = new DatagramPacket(new byte[DATAGRAM_BYTES_MAX], DATAGRAM_BYTES_MAX);
        while (!own.isClosed()) {
            try {
                packet.setLength(DATAGRAM_BYTES_MAX);
                own.receive(packet);
                forward(Arrays.copyOf(packet.getData(), packet.getLength()), driver);
            } catch (IOException e) {
                if (!own.isClosed() && !drivers.isClosed()) {
                    throw new UncheckedIOException("the proxy failed", e);
                }
            }
        }
    }

    private synchronized void forward(byte[] bytes, SocketAddress driver) throws IOException {
        answers++;
        switch (fault) {
            case NONE -> send(bytes, driver);
            case TWICE -> {
                send(bytes, driver);
                send(bytes, driver);
            }
            case DELAY -> late.add(later.schedule(() -> sendLate(bytes, driver), delayMillis, TimeUnit.MILLISECONDS));
            case LOSS -> {
                if (answers % 2 == 0) {
                    send(bytes, driver);
                }
            }
            case GARBAGE -> {
                random.nextBytes(bytes);
                send(bytes, driver);
            }
            case HALF -> send(Arrays.copyOf(bytes, bytes.length / 2), driver);
            case DROP -> answers--;
        }
    }

    private void sendLate(byte[] bytes, SocketAddress driver) {
        try {
            send(bytes, driver);
        } catch (IOException e) {
            if (!drivers.isClosed()) {
                throw new UncheckedIOException("the proxy failed", e);
            }
        }
    }

    private void send(byte[] bytes, SocketAddress driver) throws IOException {
        drivers.send(new DatagramPacket(bytes, bytes.length, driver));
    }

    @Override
    public void close() {
        later.shutdownNow();
        drivers.close();
        byDriver.values().forEach(DatagramSocket::close);
    }
}
