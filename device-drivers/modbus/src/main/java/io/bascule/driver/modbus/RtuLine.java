/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Modbus RTU: frames of unit, PDU and check sum with silence between them (V1.02 section 2.5.1). One request at a time. A frame
 * has no length and no transaction, so the end of an answer follows from the request, and before each request what is left of an
 * earlier one is thrown away.
 */
final class RtuLine implements Line {

    private static final int FRAME_BYTES_MAX = 256;
    /** Unit, function, code, check sum. */
    private static final int EXCEPTION_BYTES = 5;

    /** How many other devices of a port may have to be waited for. */
    private static final int SHARE_MAX = 8;

    private final SerialBuses buses;
    private final SerialSettings settings;
    private final int unit;
    private final Duration timeout;
    private final int retries;
    private final long pauseNanos;
    private final CountDownLatch never = new CountDownLatch(1);
    private @Nullable SerialBus bus;

    RtuLine(SerialBuses buses, SerialSettings settings, int unit, Duration timeout, int retries, Duration pause) {
        this.buses = buses;
        this.settings = settings;
        this.unit = unit;
        this.timeout = timeout;
        this.retries = retries;
        this.pauseNanos = Math.max(pause.toNanos(), settings.silenceNanos());
    }

    @Override
    public void open(Deadline deadline) throws DriverException {
        close();
        try {
            bus = buses.open(settings);
        } catch (IOException e) {
            throw new DriverException("cannot open " + text() + ": " + TcpLine.reason(e), e);
        }
    }

    @Override
    public void close() {
        SerialBus open = bus;
        bus = null;
        if (open != null) {
            open.release();
        }
    }

    @Override
    public void exchange(List<Request> requests, Deadline deadline, Answers answers)
            throws DriverException, BusyException, InterruptedException {
        SerialBus open = bus;
        if (open == null) {
            throw new DriverException(text() + " is not open");
        }
        for (int i = 0; i < requests.size(); i++) {
            if (!open.take(deadline.remainingNanos())) {
                throw new BusyException("other devices used " + settings.device() + " all the time");
            }
            try {
                answers.onAnswer(i, ask(open, requests.get(i), deadline));
            } catch (IOException e) {
                open.close();
                throw new DriverException(text() + " failed: " + TcpLine.reason(e), e);
            } finally {
                open.giveBack();
            }
        }
    }

    private Answer ask(SerialBus open, Request request, Deadline deadline)
            throws IOException, DriverException, InterruptedException {
        String problem = "no answer";
        for (int tries = 0; tries <= retries && !deadline.isOver(); tries++) {
            SerialPort port = open.port();
            long wait = open.lastByteNano() + pauseNanos - System.nanoTime();
            if (wait > 0) {
                never.await(wait, TimeUnit.NANOSECONDS);
            }
            port.drain();
            port.write(frame(unit, request.pdu()));
            open.setLastByteNano(System.nanoTime());
            byte[] pdu = receive(port, request, deadline.atMost(timeout));
            open.setLastByteNano(System.nanoTime());
            problem = pdu == null ? "no answer" : request.problemOf(pdu);
            if (pdu != null && problem.isEmpty()) {
                return new Answer(pdu);
            }
        }
        throw new DriverException(text() + ": " + problem + " within " + timeout.toMillis() + " ms to " + request.text()
                + (retries > 0 ? ", asked " + (retries + 1) + " times" : ""));
    }

    static byte[] frame(int unit, byte[] pdu) {
        byte[] frame = new byte[1 + pdu.length + Crc16.BYTES];
        frame[0] = (byte) unit;
        System.arraycopy(pdu, 0, frame, 1, pdu.length);
        int crc = Crc16.of(frame, 0, 1 + pdu.length);
        frame[frame.length - 2] = (byte) crc;
        frame[frame.length - 1] = (byte) (crc >>> 8);
        return frame;
    }

    /** Returns the PDU of the next good frame of our unit, null when none comes in time. */
    private byte @Nullable [] receive(SerialPort port, Request request, Deadline deadline)
            throws IOException, InterruptedException {
        byte[] received = new byte[FRAME_BYTES_MAX];
        int count = 0;
        while (true) {
            byte[] pdu = find(received, count, unit, request);
            if (pdu != null) {
                return pdu;
            }
            int millis = deadline.remainingMillis();
            if (millis == 0 || count == received.length) {
                return null;
            }
            count += port.read(received, count, millis);
        }
    }

    /**
     * Looks for a frame with a right check sum that is as long as the answer must be, wherever it begins: noise before it does
     * not matter.
     */
    static byte @Nullable [] find(byte[] received, int count, int unit, Request request) {
        for (int from = 0; from + EXCEPTION_BYTES <= count; from++) {
            if (Byte.toUnsignedInt(received[from]) != unit) {
                continue;
            }
            int code = Byte.toUnsignedInt(received[from + 1]);
            int bytes = code == request.function()
                    ? 1 + request.answerBytes() + Crc16.BYTES
                    : code == (request.function() | Request.EXCEPTION_BIT) ? EXCEPTION_BYTES : Integer.MAX_VALUE;
            if (bytes <= count - from) {
                int crc = Crc16.of(received, from, bytes - Crc16.BYTES);
                int sent = Byte.toUnsignedInt(received[from + bytes - 2])
                        | (Byte.toUnsignedInt(received[from + bytes - 1]) << 8);
                if (crc == sent) {
                    return Arrays.copyOfRange(received, from + 1, from + bytes - Crc16.BYTES);
                }
            }
        }
        return null;
    }

    @Override
    public int shareMax() {
        return SHARE_MAX;
    }

    @Override
    public String text() {
        return "unit " + unit + " on " + settings.device();
    }
}
