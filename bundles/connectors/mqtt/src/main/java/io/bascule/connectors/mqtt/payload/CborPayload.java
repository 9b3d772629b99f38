/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Value;
import java.nio.charset.StandardCharsets;

/**
 * The same keys as in JSON, in CBOR (RFC 8949): values keep their type, doubles are 64 bits, {@code time} is a whole number of
 * nanoseconds since 1970-01-01T00:00:00Z.
 */
final class CborPayload implements PayloadFormat {

    // Major types, RFC 8949 section 3.1.
    private static final int UNSIGNED = 0;
    private static final int NEGATIVE = 1;
    private static final int BYTES = 2;
    private static final int TEXT = 3;
    private static final int ARRAY = 4;
    private static final int MAP = 5;
    private static final int FALSE = 0xF4;
    private static final int TRUE = 0xF5;
    private static final int DOUBLE = 0xFB;

    /** Largest argument within the first byte. */
    private static final int SHORT_MAX = 23;

    private static final int READING_BYTES = 96;

    @Override
    public String word() {
        return "cbor";
    }

    @Override
    public int code() {
        return 2;
    }

    @Override
    public String contentType() {
        return "application/cbor";
    }

    @Override
    public boolean isSingle() {
        return false;
    }

    @Override
    public byte[] encode(Selection readings) {
        ByteOut out = new ByteOut(readings.size() * READING_BYTES);
        if (readings.isList()) {
            head(out, MAP, 1);
            text(out, "readings");
            head(out, ARRAY, readings.size());
        }
        for (int i = 0; i < readings.size(); i++) {
            reading(out, readings.batch(), readings.index(i), readings.channel(i));
        }
        return out.toBytes();
    }

    @Override
    public byte[] seal(byte[] content, String id) {
        if (id.isEmpty()) {
            return content;
        }
        ByteOut out = new ByteOut(content.length + id.length() + 8);
        // The head of a map of fewer than 23 pairs is one byte: one pair more is that byte plus one.
        out.put(content[0] + 1);
        text(out, "id");
        text(out, id);
        out.put(content, 1, content.length - 1);
        return out.toBytes();
    }

    private static void reading(ByteOut out, Batch batch, int i, Channel channel) {
        boolean hasUnit = !channel.unit().isEmpty();
        head(out, MAP, hasUnit ? 5 : 4);
        text(out, "channel");
        text(out, channel.name());
        text(out, "value");
        value(out, batch.value(i));
        text(out, "quality");
        text(out, batch.quality(i).word());
        text(out, "time");
        whole(out, batch.timeNanos(i));
        if (hasUnit) {
            text(out, "unit");
            text(out, channel.unit());
        }
    }

    private static void value(ByteOut out, Value value) {
        if (value instanceof Value.F64 number) {
            out.put(DOUBLE);
            out.bigEndian(Double.doubleToRawLongBits(number.value()), Long.BYTES);
        } else if (value instanceof Value.I64 number) {
            whole(out, number.value());
        } else if (value instanceof Value.Bool bool) {
            out.put(bool.value() ? TRUE : FALSE);
        } else if (value instanceof Value.Text text) {
            text(out, text.value());
        } else if (value instanceof Value.Bytes some) {
            byte[] bytes = some.value();
            head(out, BYTES, bytes.length);
            out.put(bytes);
        } else {
            throw new IllegalStateException("no CBOR for a value of type " + value.kind());
        }
    }

    private static void whole(ByteOut out, long value) {
        // -1 - n, section 3.1: the complement.
        head(out, value < 0 ? NEGATIVE : UNSIGNED, value < 0 ? ~value : value);
    }

    private static void text(ByteOut out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        head(out, TEXT, bytes.length);
        out.put(bytes);
    }

    private static void head(ByteOut out, int major, long argument) {
        int first = major << 5;
        if (argument <= SHORT_MAX) {
            out.put(first | (int) argument);
        } else if (argument <= 0xFF) {
            out.put(first | 24);
            out.bigEndian(argument, 1);
        } else if (argument <= 0xFFFF) {
            out.put(first | 25);
            out.bigEndian(argument, 2);
        } else if (argument <= 0xFFFF_FFFFL) {
            out.put(first | 26);
            out.bigEndian(argument, 4);
        } else {
            out.put(first | 27);
            out.bigEndian(argument, 8);
        }
    }
}
