/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The socket that Paho gets for one connection, plain or with TLS inside. It can be closed in any state, which Paho's client cannot
 * while it connects. When packets come one upon the other it rests before it reads on, so that one call and one awakening bring
 * several: a broker sends each one by itself, and to wake a thread for each costs both sides more than the packet. And it holds back the end of the stream until Paho has begun to send: Paho waits for its receiver to be seen
 * running, so one that ends before that, because the broker hangs up at once, leaves a thread that waits for ever.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // The lock would make closing wait for what it is to end.
final class BrokerSocket extends Socket {

    private static final long BEGIN_SECONDS_MAX = 10;
    private static final int MILLIS_PER_SECOND = 1000;
    private static final Rush RUSH = new Rush(150_000, 250_000);

    private final Socket raw = new Socket();
    private final @Nullable SSLSocketFactory tls;
    private final String host;
    private final Rush rush;
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile Socket used = raw;
    private @Nullable InputStream input;
    private @Nullable OutputStream output;

    /**
     * Makes a socket that is not connected.
     *
     * @param tls for TLS; null without
     * @param host whom the certificate must name
     */
    BrokerSocket(@Nullable SSLSocketFactory tls, String host) {
        this(tls, host, RUSH);
    }

    BrokerSocket(@Nullable SSLSocketFactory tls, String host, Rush rush) {
        this.tls = tls;
        this.host = host;
        this.rush = rush;
    }

    /**
     * When and how long to rest.
     *
     * @param withinNanos a packet for which the reader waited less than this is not the last one
     * @param restNanos what a rest adds to the time of a packet, at most
     */
    record Rush(long withinNanos, long restNanos) {}

    /** Returns a factory that makes this socket and no other. */
    SocketFactory factory() {
        return new Single();
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
        raw.setTcpNoDelay(true);
        raw.setKeepAlive(true);
        raw.connect(endpoint, timeoutMillis);
        if (tls != null) {
            raw.setSoTimeout(timeoutMillis);
            SSLSocket secure = (SSLSocket) tls.createSocket(raw, host, raw.getPort(), true);
            used = secure;
            SSLParameters parameters = secure.getSSLParameters();
            // The check of names is the same as for HTTPS: RFC 6125.
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            secure.setSoTimeout(MILLIS_PER_SECOND);
        }
        // Made here, because a socket that is closed meanwhile would not give them any more.
        // Paho reads a packet in three calls and more; the first has them all.
        input = new BufferedInputStream(new Held(used.getInputStream()));
        output = new Seen(used.getOutputStream());
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream made = input;
        if (made == null) {
            throw new SocketException("the socket is not connected");
        }
        return made;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        OutputStream made = output;
        if (made == null) {
            throw new SocketException("the socket is not connected");
        }
        return made;
    }

    @Override
    public void setSoTimeout(int timeoutMillis) throws SocketException {
        used.setSoTimeout(timeoutMillis);
    }

    @Override
    public boolean isConnected() {
        return raw.isConnected();
    }

    @Override
    public boolean isClosed() {
        return raw.isClosed();
    }

    @Override
    public void shutdownInput() throws IOException {
        raw.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        raw.shutdownOutput();
    }

    /** Closes the connection without the farewell of TLS, which would wait for a broker that is silent. */
    @Override
    public void close() throws IOException {
        raw.close();
    }

    /** Rests in a rush; and the end of the stream waits until the sender has begun. */
    private final class Held extends FilterInputStream {
        private boolean isRush;

        private Held(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                if (isRush) {
                    isRush = false;
                    LockSupport.parkNanos(rush.restNanos);
                }
                long began = System.nanoTime();
                int count = in.read(bytes, offset, length);
                isRush = count < length && System.nanoTime() - began < rush.withinNanos;
                if (count < 0) {
                    awaitBegin();
                }
                return count;
            } catch (InterruptedIOException e) {
                // Nothing came for a while; Paho asks again.
                throw e;
            } catch (IOException e) {
                awaitBegin();
                throw e;
            }
        }

        /** Does not ask the system: Paho asks before each packet, and does nothing with the answer. */
        @Override
        public int available() {
            return 0;
        }

        private void awaitBegin() throws InterruptedIOException {
            try {
                begun.await(BEGIN_SECONDS_MAX, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the connection ends");
            }
        }
    }

    /** Notes that the sender has begun. */
    private final class Seen extends FilterOutputStream {
        private Seen(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            begun.countDown();
            out.write(one);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            begun.countDown();
            out.write(bytes, offset, length);
        }
    }

    /** Paho asks for a socket once and connects it itself. */
    private final class Single extends SocketFactory {
        @Override
        public Socket createSocket() {
            return BrokerSocket.this;
        }

        @Override
        public Socket createSocket(String name, int port) throws IOException {
            throw unused();
        }

        @Override
        public Socket createSocket(String name, int port, java.net.InetAddress local, int localPort)
                throws IOException {
            throw unused();
        }

        @Override
        public Socket createSocket(java.net.InetAddress address, int port) throws IOException {
            throw unused();
        }

        @Override
        public Socket createSocket(java.net.InetAddress address, int port, java.net.InetAddress local, int localPort)
                throws IOException {
            throw unused();
        }

        private SocketException unused() {
            return new SocketException("this factory makes one socket, which is connected later");
        }
    }
}
