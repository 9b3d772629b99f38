/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.wasm.abi.Endpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * A TCP connection whose every wait is bounded, can be interrupted and ends when it is closed: a socket that does not block, and
 * a selector of its own.
 */
final class TcpStream implements ByteStream {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Endpoint.Tcp endpoint;
    private final SocketChannel socket;
    private final Selector selector;
    private final SelectionKey key;

    private TcpStream(Endpoint.Tcp endpoint, SocketChannel socket, Selector selector) throws IOException {
        this.endpoint = endpoint;
        this.socket = socket;
        this.selector = selector;
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        this.key = socket.register(selector, 0);
    }

    static TcpStream connect(Endpoint.Tcp endpoint, long waitNanos) throws IOException, InterruptedException {
        long end = System.nanoTime() + waitNanos;
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        if (address.isUnresolved()) {
            throw new IOException("there is no host '" + endpoint.host() + "'");
        }
        Selector selector = Selector.open();
        SocketChannel socket = SocketChannel.open();
        boolean isMade = false;
        try {
            TcpStream stream = new TcpStream(endpoint, socket, selector);
            if (!socket.connect(address)) {
                stream.await(SelectionKey.OP_CONNECT, end, "did not answer");
                socket.finishConnect();
            }
            isMade = true;
            return stream;
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } finally {
            if (!isMade) {
                socket.close();
                selector.close();
            }
        }
    }

    @Override
    public int read(byte[] target, int count, long waitNanos) throws IOException, InterruptedException {
        long end = System.nanoTime() + waitNanos;
        try {
            ByteBuffer buffer = ByteBuffer.wrap(target, 0, count);
            // Waiting comes first: an answer has hardly come when somebody asks for it, so reading would be in vain.
            while (isReady(SelectionKey.OP_READ, end)) {
                int got = socket.read(buffer);
                if (got != 0) {
                    return got;
                }
            }
            return 0;
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw new IOException("the stream was closed", e);
        }
    }

    @Override
    public void write(byte[] bytes, long waitNanos) throws IOException, InterruptedException {
        long end = System.nanoTime() + waitNanos;
        try {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            socket.write(buffer);
            while (buffer.hasRemaining()) {
                await(SelectionKey.OP_WRITE, end, "does not take " + buffer.remaining() + " bytes");
                socket.write(buffer);
            }
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw new IOException("the stream was closed", e);
        }
    }

    private void await(int operation, long end, String otherwise) throws IOException, InterruptedException {
        if (!isReady(operation, end)) {
            throw new InterruptedIOException(endpoint + " " + otherwise + " in time");
        }
    }

    /** Waits until {@code operation} is possible; returns whether it is before {@code end}. */
    private boolean isReady(int operation, long end) throws IOException, InterruptedException {
        key.interestOps(operation);
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for " + endpoint);
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            long millis = Math.min(TimeUnit.HOURS.toMillis(1), (left + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
            int ready = selector.select(millis);
            selector.selectedKeys().clear();
            if (ready > 0) {
                return true;
            }
        }
    }

    private static InterruptedException interrupted(Exception cause) {
        // The channel set the flag; the exception takes its place.
        Thread.interrupted();
        InterruptedException interruption = new InterruptedException("interrupted while waiting for a device");
        interruption.initCause(cause);
        return interruption;
    }

    @Override
    public void close() {
        try {
            socket.close();
            selector.close();
        } catch (IOException e) {
            // It is as closed as it can be, and nobody could do anything about it.
            selector.wakeup();
        }
    }
}
