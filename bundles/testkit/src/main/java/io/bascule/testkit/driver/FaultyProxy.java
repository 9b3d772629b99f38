/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit.driver;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A TCP connection that can be spoiled: it stands between a driver and its device, on loopback. Garbage follows from the seed.
 */
public final class FaultyProxy implements AutoCloseable {

    private static final int CHUNK_BYTES = 4096;
    private static final int CONNECT_MILLIS = 2000;

    /** What happens to the bytes. */
    public enum Fault {
        /** They go through. */
        NONE,
        /** They vanish in both directions; connections stay. */
        DROP,
        /** Answers wait for the delay. */
        DELAY,
        /** Connections are cut, and new ones at once. */
        CUT,
        /** Answers are replaced by as many bytes of chance. */
        GARBAGE,
        /** Of each answer only the first half goes through, and the rest never. */
        HALF,
        /** Answers go through byte by byte. */
        BYTEWISE
    }

    private final ServerSocket server;
    private volatile InetSocketAddress target;
    private final Random random;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Fault fault = Fault.NONE;
    private volatile long delayMillis;

    /**
     * Starts to listen on a free port of the loopback address.
     *
     * @param targetPort where the device listens, on loopback
     */
    public FaultyProxy(int targetPort, long seed) {
        target = address(targetPort);
        random = new Random(seed);
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("no port for the proxy", e);
        }
        start("accept", this::accept);
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static void start(String role, Runnable work) {
        Thread thread = new Thread(work, "faulty-proxy-" + role);
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns the port for the driver. */
    public int port() {
        return server.getLocalPort();
    }

    /** Sets where the device listens from now on: one that was restarted may have another port. */
    public void setTarget(int targetPort) {
        target = address(targetPort);
    }

    /** Sets what happens from now on. */
    public void set(Fault next) {
        fault = next;
        if (next == Fault.CUT) {
            open.forEach(FaultyProxy::close);
        }
    }

    /** Sets how long answers wait with {@link Fault#DELAY}. */
    public void setDelayMillis(long millis) {
        delayMillis = millis;
    }

    /** Returns how many connections drivers have. */
    public int connections() {
        return open.size() / 2;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket driver = server.accept();
                if (fault == Fault.CUT) {
                    close(driver);
                    continue;
                }
                join(driver);
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException("the proxy cannot listen", e);
                }
            }
        }
    }

    /** A device that is not there is what a driver must live with: its connection ends, and the next one is tried anew. */
    private void join(Socket driver) {
        Socket device = new Socket();
        try {
            device.connect(target, CONNECT_MILLIS);
            driver.setTcpNoDelay(true);
            device.setTcpNoDelay(true);
        } catch (IOException e) {
            close(device);
            close(driver);
            return;
        }
        open.add(driver);
        open.add(device);
        start("asks", () -> pump(driver, device, false));
        start("answers", () -> pump(device, driver, true));
    }

    private void pump(Socket from, Socket to, boolean isAnswer) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int count = in.read(chunk);
            while (count >= 0) {
                forward(chunk, count, out, isAnswer);
                count = in.read(chunk);
            }
        } catch (IOException e) {
            // One end has gone: so does the other.
            close(from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(from);
            close(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private void forward(byte[] chunk, int count, OutputStream out, boolean isAnswer)
            throws IOException, InterruptedException {
        Fault present = fault;
        if (present == Fault.DROP) {
            return;
        }
        if (!isAnswer || present == Fault.NONE) {
            out.write(chunk, 0, count);
            return;
        }
        switch (present) {
            case DELAY -> {
                if (!closed.await(delayMillis, TimeUnit.MILLISECONDS)) {
                    out.write(chunk, 0, count);
                }
            }
            case GARBAGE -> {
                byte[] garbage = new byte[count];
                synchronized (random) {
                    random.nextBytes(garbage);
                }
                out.write(garbage);
            }
            case HALF -> out.write(chunk, 0, count / 2);
            case BYTEWISE -> {
                for (int i = 0; i < count; i++) {
                    out.write(chunk[i]);
                    out.flush();
                }
            }
            default -> throw new IOException("cut");
        }
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a loopback socket cannot be closed", e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        close(server);
        open.forEach(FaultyProxy::close);
    }
}
