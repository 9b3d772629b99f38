/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow. Confined to one thread. */
final class ByteOut {

    private byte[] bytes;
    private int size;

    ByteOut(int sizeExpected) {
        bytes = new byte[Math.max(16, sizeExpected)];
    }

    void put(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    void put(byte[] source) {
        put(source, 0, source.length);
    }

    void put(byte[] source, int offset, int length) {
        reserve(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    void utf8(String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    /** ASCII without a detour: keys, numbers, names of channels. */
    void ascii(String text) {
        int length = text.length();
        reserve(length);
        for (int i = 0; i < length; i++) {
            bytes[size + i] = (byte) text.charAt(i);
        }
        size += length;
    }

    /** Writes the lowest {@code count} bytes of a number, the highest of them first. */
    void bigEndian(long value, int count) {
        for (int shift = (count - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            put((int) (value >>> shift));
        }
    }

    /** Writes the lowest {@code count} bytes of a number, the lowest first. */
    void littleEndian(long value, int count) {
        for (int i = 0; i < count; i++) {
            put((int) (value >>> (i * Byte.SIZE)));
        }
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private void reserve(int count) {
        if (size + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + count, bytes.length * 2));
        }
    }
}
