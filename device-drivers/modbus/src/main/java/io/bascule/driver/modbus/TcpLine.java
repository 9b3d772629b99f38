/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Modbus TCP: frames with a header of transaction, protocol, length and unit (V1.0b section 3.1.3). Several requests can be on
 * their way; answers are matched by transaction, so one that comes too late is not taken for another.
 */
final class TcpLine implements Line {

    private static final int HEADER_BYTES = 7;
    private static final int LENGTH_AT = 4;
    private static final int LENGTH_MIN = 2;
    private static final int LENGTH_MAX = Request.PDU_BYTES_MAX + 1;
    private static final int TRANSACTION_MASK = 0xFFFF;

    private final String host;
    private final int port;
    private final int unit;
    private final Duration timeout;
    private final int retries;
    private final int inFlightMax;
    private final long pauseNanos;
    private final CountDownLatch never = new CountDownLatch(1);
    private final byte[] received = new byte[4 * (HEADER_BYTES + Request.PDU_BYTES_MAX)];
    private int receivedBytes;
    private @Nullable SocketChannel socket;
    private int transaction;
    private long sentNano;

    /** A request on its way. */
    private record Sent(int request, int tries, Deadline deadline) {}

    TcpLine(String host, int port, int unit, Duration timeout, int retries, int inFlightMax, Duration pause) {
        this.host = host;
        this.port = port;
        this.unit = unit;
        this.timeout = timeout;
        this.retries = retries;
        this.inFlightMax = inFlightMax;
        this.pauseNanos = pause.toNanos();
        this.sentNano = System.nanoTime() - pauseNanos;
    }

    @Override
    public void open(Deadline deadline) throws DriverException, InterruptedException {
        close();
        try {
            SocketChannel opened = SocketChannel.open();
            socket = opened;
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            opened.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            // By the adaptor, because it has a time limit and can be interrupted.
            opened.socket().connect(new InetSocketAddress(host, port), Math.max(1, deadline.remainingMillis()));
            receivedBytes = 0;
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (IOException e) {
            close();
            throw new DriverException("cannot connect to " + text() + ": " + reason(e), e);
        }
    }

    private static InterruptedException interrupted(Exception cause) {
        // The channel set the flag; the exception takes its place.
        Thread.interrupted();
        InterruptedException interruption = new InterruptedException("interrupted while waiting for a device");
        interruption.initCause(cause);
        return interruption;
    }

    static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    @Override
    public void close() {
        SocketChannel open = socket;
        socket = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // It is as closed as it can be, and nothing else was to be done with it.
                receivedBytes = 0;
            }
        }
    }

    @Override
    public void exchange(List<Request> requests, Deadline deadline, Answers answers)
            throws DriverException, InterruptedException {
        SocketChannel open = socket;
        if (open == null) {
            throw new DriverException(text() + " is not connected");
        }
        Map<Integer, Sent> sent = new LinkedHashMap<>();
        int next = 0;
        try {
            while (next < requests.size() || !sent.isEmpty()) {
                while (next < requests.size() && sent.size() < inFlightMax) {
                    send(open, requests.get(next), new Sent(next, 0, deadline), sent);
                    next++;
                }
                Sent first = sent.values().iterator().next();
                byte[] frame = receive(open, first.deadline());
                if (frame == null) {
                    again(open, requests, deadline, sent);
                } else {
                    accept(frame, requests, sent, answers);
                }
            }
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw new DriverException("connection to " + text() + " lost: " + reason(e), e);
        }
    }

    private void send(SocketChannel open, Request request, Sent how, Map<Integer, Sent> sent)
            throws IOException, InterruptedException {
        long wait = sentNano + pauseNanos - System.nanoTime();
        if (wait > 0) {
            never.await(wait, TimeUnit.NANOSECONDS);
        }
        transaction = (transaction + 1) & TRANSACTION_MASK;
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + request.pdu().length);
        frame.putShort((short) transaction).putShort((short) 0).putShort((short) (request.pdu().length + 1));
        frame.put((byte) unit).put(request.pdu()).flip();
        while (frame.hasRemaining()) {
            open.write(frame);
        }
        sentNano = System.nanoTime();
        sent.put(
                transaction, new Sent(how.request(), how.tries(), how.deadline().atMost(timeout)));
    }

    /** Repeats what got no answer in time. */
    private void again(SocketChannel open, List<Request> requests, Deadline deadline, Map<Integer, Sent> sent)
            throws IOException, DriverException, InterruptedException {
        for (Map.Entry<Integer, Sent> entry : new ArrayList<>(sent.entrySet())) {
            Sent late = entry.getValue();
            if (late.deadline().isOver()) {
                sent.remove(entry.getKey());
                Request request = requests.get(late.request());
                if (late.tries() >= retries || deadline.isOver()) {
                    throw new DriverException("no answer from " + text() + " within " + timeout.toMillis() + " ms to "
                            + request.text() + (late.tries() > 0 ? ", asked " + (late.tries() + 1) + " times" : ""));
                }
                send(open, request, new Sent(late.request(), late.tries() + 1, deadline), sent);
            }
        }
    }

    private void accept(byte[] frame, List<Request> requests, Map<Integer, Sent> sent, Answers answers)
            throws DriverException {
        Sent asked = sent.remove(Request.u16(frame, 0));
        if (asked == null) {
            // An answer to a request that was given up.
            return;
        }
        Request request = requests.get(asked.request());
        byte[] pdu = Arrays.copyOfRange(frame, HEADER_BYTES, frame.length);
        String problem = request.problemOf(pdu);
        if (Byte.toUnsignedInt(frame[HEADER_BYTES - 1]) != unit) {
            problem = "an answer of unit " + Byte.toUnsignedInt(frame[HEADER_BYTES - 1]) + "; asked was unit " + unit;
        }
        if (!problem.isEmpty()) {
            throw new DriverException(text() + " sent " + problem + " (" + request.text() + ")");
        }
        answers.onAnswer(asked.request(), new Answer(pdu));
    }

    /** Returns the next frame, null when none is complete in time; what has come of it is kept. */
    private byte @Nullable [] receive(SocketChannel open, Deadline deadline) throws IOException, DriverException {
        while (true) {
            byte[] frame = takeFrame();
            if (frame != null) {
                return frame;
            }
            int millis = deadline.remainingMillis();
            if (millis == 0) {
                return null;
            }
            open.socket().setSoTimeout(millis);
            InputStream in = open.socket().getInputStream();
            try {
                int count = in.read(received, receivedBytes, received.length - receivedBytes);
                if (count < 0) {
                    throw new EOFException("the device closed it");
                }
                receivedBytes += count;
            } catch (InterruptedIOException e) {
                return null;
            }
        }
    }

    private byte @Nullable [] takeFrame() throws DriverException {
        if (receivedBytes < HEADER_BYTES) {
            return null;
        }
        int protocol = Request.u16(received, 2);
        int length = Request.u16(received, LENGTH_AT);
        if (protocol != 0 || length < LENGTH_MIN || length > LENGTH_MAX) {
            throw new DriverException(
                    text() + " sent something that is no Modbus frame: protocol " + protocol + ", length " + length
                            + "; expected protocol 0 and a length of " + LENGTH_MIN + " to " + LENGTH_MAX);
        }
        int size = HEADER_BYTES - 1 + length;
        if (receivedBytes < size) {
            return null;
        }
        byte[] frame = Arrays.copyOf(received, size);
        System.arraycopy(received, size, received, 0, receivedBytes - size);
        receivedBytes -= size;
        return frame;
    }

    @Override
    public int shareMax() {
        return 1;
    }

    @Override
    public String text() {
        return "unit " + unit + " at " + host + ":" + port;
    }
}
