/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.protocol.mqtt;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket of one connection, plain or with TLS inside; to the clients, which are Paho's, it is a plain one. It does what they leave
 * out:
 *
 * <ul>
 *   <li>It reads ahead: clients ask for the first byte of a packet, for each byte of its length and for the rest, and each of that
 *       would be a call of the system. When packets come in a rush it rests a quarter of a millisecond before it reads on: a broker
 *       sends each by itself, and one awakening brings several.
 *   <li>It sends at once: with Nagle's algorithm a small publication can wait for the acknowledgement of the one before. Only
 *       while the client has another one in its hands, both go out together.
 *   <li>It can be closed while it connects.
 *   <li>It shows the end of the stream only when the client has begun to send. A client waits to see its receiver run before it
 *       sends, for ever if the receiver has ended by then because the broker hung up: a busy thread for each such attempt.
 * </ul>
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // Under the lock, closing would wait for what it is to end.
public final class BrokerSocket extends Socket {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerSocket.class);

    /** A client that has not begun by then never will. */
    private static final long BEGIN_SECONDS_MAX = 10;

    /** The upper half of a packet's first byte is its type, MQTT 3.1.1 section 2.2.1. */
    private static final int PACKET_TYPE = 0xf0;

    private static final int PUBLISH = 0x30;

    private static final Rush RUSH = new Rush(150_000, 250_000);

    private final @Nullable SSLSocketFactory tls;
    private final String host;
    private final boolean isHostVerified;
    private final Rush rush;
    private final Socket wire = new Socket();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final AtomicInteger announced = new AtomicInteger();
    private volatile Socket inner = wire;
    private @Nullable InputStream input;
    private @Nullable Noting output;

    /**
     * Makes a socket that is not connected; the client connects it, as if it were plain.
     *
     * @param tls for TLS; null without
     * @param host name or address of the broker
     * @param isHostVerified whether its certificate must be for {@code host}
     */
    public BrokerSocket(@Nullable SSLSocketFactory tls, String host, boolean isHostVerified) {
        this(tls, host, isHostVerified, RUSH);
    }

    BrokerSocket(@Nullable SSLSocketFactory tls, String host, boolean isHostVerified, Rush rush) {
        this.tls = tls;
        this.host = host;
        this.isHostVerified = isHostVerified;
        this.rush = rush;
    }

    /**
     * Packets one upon the other.
     *
     * @param withinNanos how soon a packet comes after it was asked for when more will follow
     * @param restNanos how long nothing is read then
     */
    record Rush(long withinNanos, long restNanos) {}

    /**
     * Says that a publication is given to the client now: those before it may go out together with it. One that is not announced goes
     * out at once.
     */
    public void announce() {
        announced.incrementAndGet();
    }

    /** Takes that back: the client refused the publication. What was kept for it goes out. */
    public void withdraw() {
        countDown();
        try {
            connected(output).release();
        } catch (IOException e) {
            // The client's sender meets it with the next packet.
            LOG.debug("what was kept for {} cannot be sent", host, e);
        }
    }

    /** Counts one announcement as done and returns how many are left. Never below 0: whoever announces nothing counts nothing down. */
    private int countDown() {
        return announced.updateAndGet(count -> Math.max(0, count - 1));
    }

    /** Returns a factory that gives this socket. */
    public SocketFactory factory() {
        return new Factory();
    }

    @Override
    public void connect(SocketAddress broker) throws IOException {
        connect(broker, 0);
    }

    @Override
    public void connect(SocketAddress broker, int timeoutMillis) throws IOException {
        wire.setTcpNoDelay(true);
        wire.setKeepAlive(true);
        wire.connect(broker, timeoutMillis);
        if (tls != null) {
            wire.setSoTimeout(timeoutMillis);
            SSLSocket secure = (SSLSocket) tls.createSocket(wire, host, wire.getPort(), true);
            inner = secure;
            if (isHostVerified) {
                SSLParameters parameters = secure.getSSLParameters();
                // Names are compared as with HTTPS, RFC 2818 section 3.1.
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secure.setSSLParameters(parameters);
            }
            secure.startHandshake();
            wire.setSoTimeout(0);
        }
        // Asked for now: a socket that is closed meanwhile gives none, and the client expects some.
        input = new BufferedInputStream(new Patient(inner.getInputStream()));
        output = new Noting(inner.getOutputStream());
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return connected(input);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return connected(output);
    }

    private <T> T connected(@Nullable T stream) throws SocketException {
        if (stream == null) {
            throw new SocketException("the socket to " + host + " is not connected");
        }
        return stream;
    }

    @Override
    public void setSoTimeout(int timeoutMillis) throws SocketException {
        inner.setSoTimeout(timeoutMillis);
    }

    @Override
    public boolean isConnected() {
        return wire.isConnected();
    }

    @Override
    public boolean isClosed() {
        return wire.isClosed();
    }

    @Override
    public void shutdownInput() throws IOException {
        wire.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        wire.shutdownOutput();
    }

    /** Closes, without the farewell of TLS: a silent broker would keep it waiting. */
    @Override
    public void close() throws IOException {
        wire.close();
    }

    /** Lets packets gather in a rush, and keeps the end back until the client has begun. */
    private final class Patient extends FilterInputStream {
        private boolean isRush;

        Patient(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count;
            try {
                if (isRush) {
                    isRush = false;
                    LockSupport.parkNanos(rush.restNanos);
                }
                long asked = System.nanoTime();
                count = in.read(into, offset, length);
                isRush = count < length && System.nanoTime() - asked < rush.withinNanos;
            } catch (SocketTimeoutException e) {
                // No end: the client looks in again.
                throw e;
            } catch (IOException e) {
                awaitBegin();
                throw e;
            }
            if (count == -1) {
                awaitBegin();
            }
            return count;
        }

        /** Does not ask the system: clients ask before each packet, and do nothing with the answer. */
        @Override
        public int available() {
            return 0;
        }

        private void awaitBegin() throws InterruptedIOException {
            try {
                begun.await(BEGIN_SECONDS_MAX, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted at the end of the connection to " + host);
            }
        }
    }

    /**
     * Notes that the client has begun, and keeps a publication until the next one if that is on its way here already. The client's
     * sender writes a packet and flushes.
     */
    private final class Noting extends FilterOutputStream {
        private boolean isWithin;
        private boolean isPublication;

        Noting(OutputStream out) {
            super(new BufferedOutputStream(out));
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            begun.countDown();
            if (length > 0 && !isWithin) {
                isWithin = true;
                isPublication = (from[offset] & PACKET_TYPE) == PUBLISH;
            }
            out.write(from, offset, length);
        }

        @Override
        public void flush() throws IOException {
            boolean hasNext = isWithin && isPublication && countDown() > 0;
            isWithin = false;
            if (!hasNext) {
                out.flush();
            }
        }

        /** Sends what is kept; for any thread. */
        void release() throws IOException {
            out.flush();
        }
    }

    /** The clients ask for one socket and connect it themselves. */
    private final class Factory extends SocketFactory {
        @Override
        public Socket createSocket() {
            return BrokerSocket.this;
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            throw other();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            throw other();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            throw other();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            throw other();
        }

        private SocketException other() {
            return new SocketException("there is one socket to " + host + ", and whoever asks for it connects it");
        }
    }
}
