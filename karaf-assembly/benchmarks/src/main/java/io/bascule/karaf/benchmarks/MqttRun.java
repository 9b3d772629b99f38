/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Messages at a fixed rate to one topic; what comes back on another one is counted and timed. A payload is a decimal number, used
 * once, so that loss, doubles and order show. Time counts from the moment a message was due, also when it left later.
 */
final class MqttRun {

    static final String IN = "bench/press/value";
    static final String OUT = "bench/out/value";

    /** The first number; the function under test lets through what is above half of it. */
    static final int FIRST = 100;

    private static final byte[] TOPIC = IN.getBytes(StandardCharsets.US_ASCII);
    private static final long TICK_NANOS = 500_000;
    private static final long WINDOW = 30_000;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final int rate;
    private final int qos;
    private final int total;
    private final Latencies latencies = new Latencies();
    private final BitSet seen;
    private final AtomicLong received = new AtomicLong();
    private volatile long startNanos;
    private volatile long lastNanos;
    private final AtomicLong doubled = new AtomicLong();
    private final AtomicLong disordered = new AtomicLong();
    private int highest = -1;

    /**
     * What came of it.
     *
     * @param sent messages sent
     * @param received different messages that came back
     * @param seconds from the first one due to the last one back
     */
    record Result(
            int rate,
            int qos,
            long sent,
            long received,
            long doubled,
            long disordered,
            double seconds,
            Latencies times) {

        double perSecond() {
            return received / seconds;
        }

        long lost() {
            return sent - received;
        }
    }

    private MqttRun(int rate, int qos, int seconds) {
        this.rate = rate;
        this.qos = qos;
        this.total = rate * seconds;
        this.seen = new BitSet(total);
    }

    static Result measure(int port, int rate, int qos, int seconds) throws IOException, InterruptedException {
        return new MqttRun(rate, qos, seconds).run(port);
    }

    private Result run(int port) throws IOException, InterruptedException {
        try (MqttWire back = new MqttWire(port, "bench-back", this::message);
                MqttWire forth = new MqttWire(port, "bench-forth", (bytes, start, end) -> {})) {
            back.subscribe(OUT, qos);
            startNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
            lastNanos = startNanos;
            send(forth);
            long until = System.nanoTime() + DRAIN_NANOS;
            while (received.get() < total
                    && System.nanoTime() - until < 0
                    && System.nanoTime() - lastNanos < QUIET_NANOS + Math.max(0, latencies.quantile(1))) {
                LockSupport.parkNanos(TICK_NANOS);
            }
        }
        double seconds = Math.max(1, lastNanos - startNanos) / 1e9;
        return new Result(rate, qos, total, received.get(), doubled.get(), disordered.get(), seconds, latencies);
    }

    private void send(MqttWire wire) throws IOException {
        byte[] payload = new byte[12];
        int sent = 0;
        while (sent < total) {
            long now = System.nanoTime();
            long due = Math.min(total, (now - startNanos) * rate / 1_000_000_000L);
            while (sent < due && (qos == 0 || sent - wire.acknowledged() < WINDOW)) {
                wire.publish(TOPIC, payload, digits(FIRST + sent, payload), qos);
                sent++;
            }
            wire.flush();
            LockSupport.parkNanos(TICK_NANOS);
        }
    }

    private static int digits(int number, byte[] into) {
        int length = 1;
        for (int rest = number / 10; rest > 0; rest /= 10) {
            length++;
        }
        int rest = number;
        for (int i = length - 1; i >= 0; i--) {
            into[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return length;
    }

    private void message(byte[] bytes, int start, int end) {
        long now = System.nanoTime();
        int number = 0;
        for (int i = start; i < end && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
            number = number * 10 + bytes[i] - '0';
        }
        int index = number - FIRST;
        if (index < 0 || index >= total || seen.get(index)) {
            doubled.incrementAndGet();
            return;
        }
        seen.set(index);
        if (index < highest) {
            disordered.incrementAndGet();
        } else {
            highest = index;
        }
        latencies.add(now - startNanos - index * 1_000_000_000L / rate);
        lastNanos = now;
        received.incrementAndGet();
    }
}
