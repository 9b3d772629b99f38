/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import java.util.Arrays;
import java.util.HexFormat;

/** A value of a channel: one of five closed alternatives. Immutable. */
public sealed interface Value {

    /** Returns the type. */
    ValueKind kind();

    /** Returns the value as a person reads it: decimal number, {@code true}, the text itself, or hexadecimal bytes. */
    String asText();

    /**
     * A double; NaN and infinities are allowed.
     *
     * @param value the number
     */
    record F64(double value) implements Value {
        @Override
        public ValueKind kind() {
            return ValueKind.F64;
        }

        @Override
        public String asText() {
            return Double.toString(value);
        }
    }

    /**
     * A signed 64-bit integer.
     *
     * @param value the number
     */
    record I64(long value) implements Value {
        @Override
        public ValueKind kind() {
            return ValueKind.I64;
        }

        @Override
        public String asText() {
            return Long.toString(value);
        }
    }

    /**
     * True or false.
     *
     * @param value which
     */
    record Bool(boolean value) implements Value {
        @Override
        public ValueKind kind() {
            return ValueKind.BOOL;
        }

        @Override
        public String asText() {
            return Boolean.toString(value);
        }
    }

    /**
     * Text.
     *
     * @param value the text, may be empty
     */
    record Text(String value) implements Value {
        @Override
        public ValueKind kind() {
            return ValueKind.TEXT;
        }

        @Override
        public String asText() {
            return value;
        }
    }

    /** Bytes. The array is copied in and out: a value is immutable. */
    final class Bytes implements Value {
        private final byte[] bytes;

        /** Copies {@code bytes}. */
        public Bytes(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        /** Returns a copy of the bytes. */
        public byte[] value() {
            return bytes.clone();
        }

        @Override
        public ValueKind kind() {
            return ValueKind.BYTES;
        }

        @Override
        public String asText() {
            return HexFormat.of().formatHex(bytes);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Bytes[" + asText() + "]";
        }
    }

    /**
     * Reads a value of {@code kind} from what a person typed.
     *
     * @throws IllegalArgumentException when the text does not fit; the message says what was expected
     */
    static Value parse(ValueKind kind, String text) {
        try {
            return switch (kind) {
                case F64 -> new F64(Double.parseDouble(text.strip()));
                case I64 -> new I64(Long.parseLong(text.strip()));
                case BOOL -> new Bool(parseBool(text.strip()));
                case TEXT -> new Text(text);
                case BYTES -> new Bytes(HexFormat.of().parseHex(text.strip()));
            };
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a value of type " + kind.word(), e);
        }
    }

    private static boolean parseBool(String text) {
        return switch (text) {
            case "true", "on", "1" -> true;
            case "false", "off", "0" -> false;
            default -> throw new IllegalArgumentException("expected true or false");
        };
    }
}
