/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a message of protocol buffers field by field: {@link #next} and then the field's value or {@link #skip}. Believes nothing:
 * what does not fit is an {@link IllegalArgumentException} that says where. Confined to one thread.
 */
final class ProtoIn {

    private static final int WIRE_BITS = 3;
    private static final int WIRE_MASK = 7;
    private static final int VARINT_BYTES_MAX = 10;
    private static final long TAG_MAX = 0xFFFF_FFFFL;
    private static final int MORE = 0x80;
    private static final int SEVEN_BITS = 0x7F;

    private final byte[] bytes;
    private final int end;
    private int at;
    private int wire = -1;

    ProtoIn(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private ProtoIn(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /** Goes to the next field and returns its number; 0 at the end. */
    int next() {
        if (at == end) {
            return 0;
        }
        int start = at;
        long tag = varint();
        long field = tag >>> WIRE_BITS;
        if (field == 0 || tag > TAG_MAX || tag < 0) {
            throw wrong(start, "a field's number from 1 to 536870911", "tag " + Long.toUnsignedString(tag));
        }
        wire = (int) (tag & WIRE_MASK);
        return (int) field;
    }

    /** Returns the number of this field. */
    long number() {
        require(ProtoOut.VARINT);
        return varint();
    }

    boolean bool() {
        return number() != 0;
    }

    /** Returns the eight bytes of this field. */
    long fixed64() {
        require(ProtoOut.FIXED64);
        return fixed(Long.BYTES);
    }

    /** Returns the four bytes of this field. */
    int fixed32() {
        require(ProtoOut.FIXED32);
        return (int) fixed(Integer.BYTES);
    }

    byte[] bytes() {
        int length = length();
        byte[] copy = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return copy;
    }

    String text() {
        int start = at;
        int length = length();
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
            at += length;
            return text.toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("byte " + start + ": expected a text in UTF-8: " + e.getMessage(), e);
        }
    }

    /** Returns what reads the message in this field. */
    ProtoIn message() {
        int length = length();
        ProtoIn inner = new ProtoIn(bytes, at, at + length);
        at += length;
        return inner;
    }

    /** Passes over this field. */
    void skip() {
        switch (wire) {
            case ProtoOut.VARINT -> varint();
            case ProtoOut.FIXED64 -> fixed(Long.BYTES);
            case ProtoOut.BYTES -> {
                int length = length();
                at += length;
            }
            case ProtoOut.FIXED32 -> fixed(Integer.BYTES);
            default -> throw wrong(at, "a field of wire type 0, 1, 2 or 5", "wire type " + wire);
        }
    }

    private int length() {
        require(ProtoOut.BYTES);
        int start = at;
        long length = varint();
        if (length < 0 || length > end - at) {
            throw wrong(start, "at most " + (end - at) + " more bytes", "a length of " + Long.toUnsignedString(length));
        }
        return (int) length;
    }

    private void require(int expected) {
        if (wire != expected) {
            throw wrong(at, "wire type " + expected, "wire type " + wire);
        }
    }

    private long fixed(int count) {
        if (end - at < count) {
            throw wrong(at, count + " bytes", (end - at) + " bytes and the end");
        }
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= Byte.toUnsignedLong(bytes[at + i]) << (i * Byte.SIZE);
        }
        at += count;
        return value;
    }

    private long varint() {
        int start = at;
        long value = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            if (at == end) {
                throw wrong(start, "a whole number", "its beginning and the end");
            }
            int next = bytes[at++];
            value |= (long) (next & SEVEN_BITS) << (7 * i);
            if ((next & MORE) == 0) {
                return value;
            }
        }
        throw wrong(start, "a number of at most " + VARINT_BYTES_MAX + " bytes", "a longer one");
    }

    private static IllegalArgumentException wrong(int where, String expected, String got) {
        return new IllegalArgumentException("byte " + where + ": expected " + expected + ", got " + got);
    }
}
