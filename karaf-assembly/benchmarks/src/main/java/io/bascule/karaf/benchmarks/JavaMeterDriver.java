/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.wasm.abi.Endpoint;
import io.bascule.wasm.capabilities.ByteStream;
import io.bascule.wasm.capabilities.DeviceStreams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sample meter-driver in Java: same protocol, same requests, same byte streams. What differs is the sandbox, and that is what is
 * measured.
 */
final class JavaMeterDriver implements Driver<JavaMeterDriver.Point> {

    private static final int START = 0x4D;
    private static final int ITEMS_MAX = 20;
    private static final int FRAME_MAX = 254;
    private static final int HEAD = 2;
    private static final int CRC_BYTES = 2;
    private static final int CONTENT = 4;
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int IDENTIFY = 3;
    private static final int ANSWER = 0x80;
    private static final int READ_ITEM = 12;
    private static final int WRITTEN_ITEM = 3;
    private static final int BYTE = 0xFF;
    private static final int[] TABLE = new int[BYTE + 1];
    private static final Quality[] REASONS = {
        Quality.GOOD,
        Quality.BAD_NODE_ID_UNKNOWN,
        Quality.BAD_SENSOR_FAILURE,
        Quality.BAD_NOT_WRITABLE,
        Quality.BAD_OUT_OF_RANGE,
        Quality.BAD_TYPE_MISMATCH
    };

    static {
        for (int i = 0; i < TABLE.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            TABLE[i] = crc & 0xFFFF;
        }
    }

    private final Endpoint endpoint;
    private final ByteBuffer frame = ByteBuffer.allocate(FRAME_MAX);
    private final byte[] chunk = new byte[2 * FRAME_MAX];
    private final byte[] input = new byte[2 * FRAME_MAX];
    private int inputBytes;
    private int sequence;
    private @Nullable ByteStream stream;

    /**
     * Where a channel is.
     *
     * @param object the meter's number for it
     */
    record Point(int object, ValueKind kind, Channel.Access access) implements Address {}

    private JavaMeterDriver(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    static JavaMeterDriver create(DeviceSettings settings) {
        return new JavaMeterDriver(Endpoint.parse(settings.text("endpoint", "")));
    }

    @Override
    public Point address(ChannelConfig channel) {
        String[] parts = channel.address().split(":", -1);
        return new Point(
                Integer.parseInt(parts[0]),
                switch (parts[1]) {
                    case "f64" -> ValueKind.F64;
                    case "i64" -> ValueKind.I64;
                    default -> ValueKind.BOOL;
                },
                parts.length > 2 ? Channel.Access.READ_WRITE : Channel.Access.READ);
    }

    @Override
    public ReadPlan plan(List<Point> addresses, Duration period) {
        List<List<Point>> parts = new ArrayList<>();
        for (int from = 0; from < addresses.size(); from += ITEMS_MAX) {
            parts.add(List.copyOf(addresses.subList(from, Math.min(addresses.size(), from + ITEMS_MAX))));
        }
        return new ReadPlan() {
            @Override
            public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
                for (int i = 0; i < parts.size(); i++) {
                    JavaMeterDriver.this.read(parts.get(i), i * ITEMS_MAX, sink, deadline);
                }
                return false;
            }

            @Override
            public int requestsMax() {
                return parts.size();
            }
        };
    }

    @Override
    public void connect(Deadline deadline) throws DriverException, InterruptedException {
        try {
            stream = new DeviceStreams().open(endpoint, deadline.remainingNanos());
        } catch (IOException e) {
            throw new DriverException("cannot open " + endpoint + ": " + e.getMessage(), e);
        }
        begin();
        exchange(IDENTIFY, deadline);
    }

    @Override
    public void disconnect() {
        ByteStream open = stream;
        stream = null;
        inputBytes = 0;
        if (open != null) {
            open.close();
        }
    }

    private static int crc(byte[] bytes, int from, int to) {
        int crc = 0xFFFF;
        for (int i = from; i < to; i++) {
            crc = ((crc << 8) ^ TABLE[(crc >>> 8) ^ (bytes[i] & BYTE)]) & 0xFFFF;
        }
        return crc;
    }

    private void begin() {
        frame.clear().position(CONTENT);
    }

    /** Sends the frame that was begun; its content is the answer's afterwards. */
    private void exchange(int function, Deadline deadline) throws DriverException, InterruptedException {
        sequence = (sequence + 1) & BYTE;
        int end = frame.position();
        frame.put(0, (byte) START)
                .put(1, (byte) (end - HEAD))
                .put(2, (byte) sequence)
                .put(3, (byte) function);
        frame.putShort((short) crc(frame.array(), 1, end));
        byte[] bytes = new byte[frame.position()];
        frame.get(0, bytes);
        ByteStream open = stream;
        if (open == null) {
            throw new DriverException(endpoint + " is not connected");
        }
        try {
            open.write(bytes, deadline.remainingNanos());
            boolean isMine = false;
            while (!isMine) {
                int size = receive(open, deadline);
                isMine = (input[2] & BYTE) == sequence;
                if (isMine && (input[3] & BYTE) != (function | ANSWER)) {
                    throw new IOException("the meter refuses the request");
                }
                frame.clear();
                frame.put(input, CONTENT, size - CONTENT - CRC_BYTES).flip();
                consume(size);
            }
        } catch (IOException e) {
            throw new DriverException("connection to " + endpoint + " lost: " + e.getMessage(), e);
        }
    }

    private void consume(int count) {
        System.arraycopy(input, count, input, 0, inputBytes - count);
        inputBytes -= count;
    }

    private int receive(ByteStream open, Deadline deadline) throws IOException, InterruptedException {
        while (true) {
            int noise = 0;
            while (noise < inputBytes && input[noise] != START) {
                noise++;
            }
            consume(noise);
            if (inputBytes >= HEAD) {
                int length = input[1] & BYTE;
                int size = HEAD + length + CRC_BYTES;
                if (length < 2 || size > FRAME_MAX) {
                    throw new IOException("a frame of " + length + " bytes");
                }
                if (inputBytes >= size) {
                    int crc = ((input[size - 2] & BYTE) << 8) | (input[size - 1] & BYTE);
                    if (crc(input, 1, size - CRC_BYTES) != crc) {
                        throw new IOException("a wrong CRC");
                    }
                    return size;
                }
            }
            int got = open.read(chunk, input.length - inputBytes, deadline.remainingNanos());
            if (got <= 0) {
                throw new IOException("no answer");
            }
            System.arraycopy(chunk, 0, input, inputBytes, got);
            inputBytes += got;
        }
    }

    private void requireAnswer(int count, int itemBytes) throws DriverException {
        if (frame.remaining() != 1 + itemBytes * count || frame.get() != count) {
            throw new DriverException(endpoint + " answered something else than was asked for");
        }
    }

    private void requireObject(Point point) throws DriverException {
        int object = frame.getShort() & 0xFFFF;
        if (object != point.object) {
            throw new DriverException(endpoint + " answered for object " + object + " instead of " + point.object);
        }
    }

    private void read(List<Point> points, int first, ReadingSink sink, Deadline deadline)
            throws DriverException, InterruptedException {
        begin();
        frame.put((byte) points.size());
        for (Point point : points) {
            frame.putShort((short) point.object);
        }
        exchange(READ, deadline);
        requireAnswer(points.size(), READ_ITEM);
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            requireObject(point);
            int status = frame.get();
            int type = frame.get();
            long bits = frame.getLong();
            if (status != 0) {
                sink.none(first + i, reason(status));
            } else if (type != point.kind.code()) {
                sink.none(first + i, Quality.BAD_TYPE_MISMATCH);
            } else if (point.kind == ValueKind.F64) {
                sink.f64(first + i, Double.longBitsToDouble(bits), Quality.GOOD, ReadingSink.ARRIVAL);
            } else if (point.kind == ValueKind.I64) {
                sink.i64(first + i, bits, Quality.GOOD, ReadingSink.ARRIVAL);
            } else {
                sink.bool(first + i, bits != 0, Quality.GOOD, ReadingSink.ARRIVAL);
            }
        }
    }

    private static Quality reason(int status) {
        return status > 0 && status < REASONS.length ? REASONS[status] : Quality.BAD_DEVICE_FAILURE;
    }

    @Override
    public List<Quality> write(List<Point> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        List<Quality> answers = new ArrayList<>();
        for (int from = 0; from < addresses.size(); from += ITEMS_MAX) {
            int to = Math.min(addresses.size(), from + ITEMS_MAX);
            begin();
            frame.put((byte) (to - from));
            for (int i = from; i < to; i++) {
                frame.putShort((short) addresses.get(i).object)
                        .put((byte) addresses.get(i).kind.code());
                frame.putLong(bits(values.get(i)));
            }
            exchange(WRITE, deadline);
            requireAnswer(to - from, WRITTEN_ITEM);
            for (int i = from; i < to; i++) {
                requireObject(addresses.get(i));
                int status = frame.get();
                answers.add(status == 0 ? Quality.GOOD : reason(status));
            }
        }
        return answers;
    }

    private static long bits(Value value) {
        if (value instanceof Value.F64 number) {
            return Double.doubleToRawLongBits(number.value());
        }
        return value instanceof Value.I64 number ? number.value() : value.equals(new Value.Bool(true)) ? 1 : 0;
    }
}
