/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an MQTT 3.1.1 broker, with no more of the protocol than a load needs, so that it costs far less than what is
 * measured. One thread publishes, another one of its own receives; a connection does the one or the other.
 */
final class MqttWire implements AutoCloseable {

    private static final int CONNECT = 0x10;
    private static final int CONNACK = 0x20;
    private static final int PUBLISH = 0x30;
    private static final int PUBACK = 0x40;
    private static final int SUBSCRIBE = 0x82;
    private static final int SUBACK = 0x90;

    private static final int BUFFER = 1 << 16;
    private static final int PACKET_ID_MAX = 0xFFFF;
    private static final int CLEAN_SESSION = 2;
    private static final int ANSWER_SECONDS = 10;

    /** What came sooner after it was asked for is not the last: the receiver rests, so that one awakening brings several messages. */
    private static final long RUSH_NANOS = 150_000;

    private static final long REST_NANOS = 100_000;

    private final Socket socket;
    private final OutputStream out;
    private final Thread reader;
    private final Received received;
    private final CountDownLatch accepted = new CountDownLatch(1);
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private final AtomicLong acknowledged = new AtomicLong();
    private final byte[] sending = new byte[BUFFER];
    private int sendingLength;
    private int packetId;
    private volatile @Nullable IOException failure;

    /** Hears of each message, in the receiving thread. */
    interface Received {
        /** The payload is {@code bytes} from {@code start} up to {@code end}, valid during the call. */
        void message(byte[] bytes, int start, int end);
    }

    MqttWire(int port, String clientId, Received received) throws IOException, InterruptedException {
        this.received = received;
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        reader = new Thread(this::read, "bench-mqtt-" + clientId);
        reader.setDaemon(true);
        reader.start();
        byte[] id = clientId.getBytes(StandardCharsets.US_ASCII);
        begin(CONNECT, 12 + id.length);
        text("MQTT".getBytes(StandardCharsets.US_ASCII));
        put(4);
        put(CLEAN_SESSION);
        put(0);
        put(0);
        text(id);
        flush();
        await(accepted, "CONNACK");
    }

    void subscribe(String topic, int qos) throws IOException, InterruptedException {
        byte[] filter = topic.getBytes(StandardCharsets.US_ASCII);
        begin(SUBSCRIBE, 5 + filter.length);
        put(0);
        put(1);
        text(filter);
        put(qos);
        flush();
        await(subscribed, "SUBACK");
    }

    /** Puts a message into the buffer; {@link #flush} sends it at the latest. */
    void publish(byte[] topic, byte[] payload, int length, int qos) throws IOException {
        if (sendingLength + topic.length + length + 16 > sending.length) {
            flush();
        }
        begin(PUBLISH | (qos << 1), 2 + topic.length + (qos > 0 ? 2 : 0) + length);
        text(topic);
        if (qos > 0) {
            packetId = packetId % PACKET_ID_MAX + 1;
            put(packetId >> 8);
            put(packetId);
        }
        System.arraycopy(payload, 0, sending, sendingLength, length);
        sendingLength += length;
    }

    void flush() throws IOException {
        IOException broken = failure;
        if (broken != null) {
            throw new IOException("the connection to the broker broke", broken);
        }
        out.write(sending, 0, sendingLength);
        sendingLength = 0;
    }

    /** How many messages of QoS 1 the broker has acknowledged. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** Waits until the broker has ended the connection and everything it had sent is heard; returns whether. */
    boolean awaitEnd(int seconds) throws InterruptedException {
        reader.join(TimeUnit.SECONDS.toMillis(seconds));
        return !reader.isAlive();
    }

    private static void await(CountDownLatch answer, String what) throws IOException, InterruptedException {
        if (!answer.await(ANSWER_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the broker sent no " + what + " within " + ANSWER_SECONDS + " s");
        }
    }

    private void begin(int type, int rest) {
        put(type);
        int left = rest;
        while (left >= 0x80) {
            put((left & 0x7F) | 0x80);
            left >>= 7;
        }
        put(left);
    }

    private void put(int octet) {
        sending[sendingLength++] = (byte) octet;
    }

    private void text(byte[] text) {
        put(text.length >> 8);
        put(text.length);
        System.arraycopy(text, 0, sending, sendingLength, text.length);
        sendingLength += text.length;
    }

    private void read() {
        byte[] bytes = new byte[BUFFER];
        byte[] answers = new byte[BUFFER];
        int length = 0;
        try (InputStream in = socket.getInputStream()) {
            boolean isRush = false;
            while (true) {
                if (isRush) {
                    LockSupport.parkNanos(REST_NANOS);
                }
                long began = System.nanoTime();
                int got = in.read(bytes, length, bytes.length - length);
                isRush = System.nanoTime() - began < RUSH_NANOS;
                if (got < 0) {
                    return;
                }
                length += got;
                int answersLength = 0;
                int at = 0;
                int size = packetSize(bytes, at, length);
                while (size > 0) {
                    answersLength = packet(bytes, at, at + size, answers, answersLength);
                    at += size;
                    size = packetSize(bytes, at, length);
                }
                System.arraycopy(bytes, at, bytes, 0, length - at);
                length -= at;
                answer(answers, answersLength);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    /** A broker that has gone hears no answer; what it had sent before is still heard. */
    private void answer(byte[] answers, int length) {
        if (length > 0 && failure == null) {
            try {
                out.write(answers, 0, length);
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    /** Returns the size of the packet that begins at {@code at}, 0 when not all of it is there. */
    private static int packetSize(byte[] bytes, int at, int end) throws IOException {
        int rest = 0;
        for (int i = 0; i < 3; i++) {
            if (at + 1 + i >= end) {
                return 0;
            }
            rest |= (bytes[at + 1 + i] & 0x7F) << (7 * i);
            if (bytes[at + 1 + i] >= 0) {
                int size = 2 + i + rest;
                return at + size <= end ? size : 0;
            }
        }
        throw new IOException("the broker sent a packet of more than 2 MiB");
    }

    private int packet(byte[] bytes, int start, int end, byte[] answers, int answersLength) {
        int type = bytes[start] & 0xF0;
        if (type == CONNACK) {
            accepted.countDown();
        } else if (type == SUBACK) {
            subscribed.countDown();
        } else if (type == PUBACK) {
            acknowledged.incrementAndGet();
        } else if (type == PUBLISH) {
            return message(bytes, start, end, answers, answersLength);
        }
        return answersLength;
    }

    private int message(byte[] bytes, int start, int end, byte[] answers, int answersLength) {
        int at = start + 1;
        while (bytes[at] < 0) {
            at++;
        }
        at++;
        at += 2 + (((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF));
        int length = answersLength;
        if ((bytes[start] & 6) != 0) {
            answers[length] = (byte) PUBACK;
            answers[length + 1] = 2;
            answers[length + 2] = bytes[at];
            answers[length + 3] = bytes[at + 1];
            length += 4;
            at += 2;
        }
        received.message(bytes, at, end);
        return length;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
