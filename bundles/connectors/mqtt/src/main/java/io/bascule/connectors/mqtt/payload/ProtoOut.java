/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import java.nio.charset.StandardCharsets;

/** Writes a message of protocol buffers (protobuf.dev, "Encoding"), field by field. Confined to one thread. */
final class ProtoOut {

    /** How the value of a field lies in a message; also what {@link ProtoIn} reads. */
    static final int VARINT = 0;

    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    private static final int WIRE_BITS = 3;
    private static final int SEVEN_BITS = 0x7F;
    private static final int MORE = 0x80;

    private final ByteOut out;

    ProtoOut(int sizeExpected) {
        out = new ByteOut(sizeExpected);
    }

    /** Writes a number without a sign; one with a sign is its two's complement. */
    void number(int field, long value) {
        head(field, VARINT);
        varint(value);
    }

    void bool(int field, boolean value) {
        number(field, value ? 1 : 0);
    }

    void number(int field, double value) {
        head(field, FIXED64);
        out.littleEndian(Double.doubleToRawLongBits(value), Long.BYTES);
    }

    void text(int field, String value) {
        bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    void bytes(int field, byte[] value) {
        head(field, BYTES);
        varint(value.length);
        out.put(value);
    }

    /** Begins a message within the message, of which the caller adds so many bytes by {@link #raw}. */
    void message(int field, int size) {
        head(field, BYTES);
        varint(size);
    }

    /** Adds fields that are written already. */
    void raw(byte[] fields) {
        out.put(fields);
    }

    byte[] toBytes() {
        return out.toBytes();
    }

    private void head(int field, int wire) {
        varint((long) field << WIRE_BITS | wire);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~SEVEN_BITS) != 0) {
            out.put((int) (rest & SEVEN_BITS) | MORE);
            rest >>>= 7;
        }
        out.put((int) rest);
    }
}
