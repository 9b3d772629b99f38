/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import java.util.ArrayList;
import java.util.List;

/**
 * A metric of a command, as it came.
 *
 * @param name its name, empty when the alias says which
 * @param alias its alias, {@link #NO_ALIAS} when the name says which
 * @param type what it is said to be, 0 when that is not said
 * @param field which field its value was in, 0 for none
 * @param bits a value that is a number or a truth
 * @param bytes a value of bytes
 * @param text a value that is a text
 */
@SuppressWarnings("ArrayRecordComponent")
public record SparkplugMetric(String name, long alias, int type, int field, long bits, byte[] bytes, String text) {

    /** No alias. */
    public static final long NO_ALIAS = -1;

    /** Most metrics of a command. */
    public static final int METRICS_MAX = 256;

    // Fields of the payload and of a metric.
    private static final int METRICS = 2;
    private static final int NAME = 1;
    private static final int ALIAS = 2;
    private static final int DATATYPE = 4;
    private static final int IS_NULL = 7;
    private static final int INT = 10;
    private static final int LONG = 11;
    private static final int FLOAT = 12;
    private static final int DOUBLE = 13;
    private static final int BOOLEAN = 14;
    private static final int STRING = 15;
    private static final int BYTES = 16;

    private static final byte[] NO_BYTES = {};
    /** From here on a double is no whole number of 64 bits. */
    private static final double LONG_LIMIT = 0x1p63;

    private static final long INT_MASK = 0xFFFF_FFFFL;

    /**
     * Reads the metrics of a payload.
     *
     * @throws IllegalArgumentException when it is no Sparkplug payload, or has too many; the message says where
     */
    public static List<SparkplugMetric> read(byte[] payload) {
        List<SparkplugMetric> metrics = new ArrayList<>();
        ProtoIn in = new ProtoIn(payload);
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field != METRICS) {
                in.skip();
            } else if (metrics.size() == METRICS_MAX) {
                throw new IllegalArgumentException("expected at most " + METRICS_MAX + " metrics, got more");
            } else {
                metrics.add(metric(in.message()));
            }
        }
        return metrics;
    }

    private static SparkplugMetric metric(ProtoIn in) {
        String name = "";
        long alias = NO_ALIAS;
        int type = 0;
        int present = 0;
        long bits = 0;
        byte[] bytes = NO_BYTES;
        String text = "";
        boolean isNull = false;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case NAME -> name = in.text();
                case ALIAS -> alias = in.number();
                case DATATYPE -> type = (int) in.number();
                case IS_NULL -> isNull = in.bool();
                case INT, LONG, BOOLEAN -> {
                    bits = in.number();
                    present = field;
                }
                case FLOAT -> {
                    bits = Double.doubleToRawLongBits(Float.intBitsToFloat(in.fixed32()));
                    present = DOUBLE;
                }
                case DOUBLE -> {
                    bits = in.fixed64();
                    present = DOUBLE;
                }
                case STRING -> {
                    text = in.text();
                    present = STRING;
                }
                case BYTES -> {
                    bytes = in.bytes();
                    present = BYTES;
                }
                default -> in.skip();
            }
        }
        return new SparkplugMetric(name, alias, type, isNull ? 0 : present, bits, bytes, text);
    }

    /** Returns whether it is a truth, and true. */
    public boolean isTrue() {
        return field == BOOLEAN && bits != 0;
    }

    /**
     * Returns its value as one of a channel.
     *
     * @throws IllegalArgumentException when it is none of that kind; the message says what it is
     */
    public Value as(ValueKind kind) {
        boolean isWhole = field == INT || field == LONG;
        switch (kind) {
            case F64 -> {
                if (isWhole) {
                    return new Value.F64(whole());
                }
                if (field == DOUBLE) {
                    return new Value.F64(Double.longBitsToDouble(bits));
                }
            }
            case I64 -> {
                double number = Double.longBitsToDouble(bits);
                if (isWhole) {
                    return new Value.I64(whole());
                }
                if (field == DOUBLE && number == Math.rint(number) && Math.abs(number) < LONG_LIMIT) {
                    return new Value.I64((long) number);
                }
            }
            case BOOL -> {
                if (field == BOOLEAN) {
                    return new Value.Bool(bits != 0);
                }
            }
            case TEXT -> {
                if (field == STRING) {
                    return new Value.Text(text);
                }
            }
            case BYTES -> {
                if (field == BYTES) {
                    return new Value.Bytes(bytes);
                }
            }
        }
        throw new IllegalArgumentException("no value of type " + kind.word() + ": " + shown());
    }

    /** The type says whether the highest bit is a sign, section 6.4.16. */
    private long whole() {
        if (type == SparkplugType.UINT64 && bits < 0) {
            throw new IllegalArgumentException("no whole number of 63 bits: " + Long.toUnsignedString(bits));
        }
        if (field == LONG) {
            return bits;
        }
        return switch (type) {
            case SparkplugType.INT8 -> (byte) bits;
            case SparkplugType.INT16 -> (short) bits;
            case SparkplugType.UINT8, SparkplugType.UINT16, SparkplugType.UINT32, SparkplugType.UINT64 ->
                bits & INT_MASK;
            default -> (int) bits;
        };
    }

    /** Returns the kind of channel that would take it. */
    public ValueKind likely() {
        return switch (field) {
            case INT, LONG -> ValueKind.I64;
            case BOOLEAN -> ValueKind.BOOL;
            case STRING -> ValueKind.TEXT;
            case BYTES -> ValueKind.BYTES;
            default -> ValueKind.F64;
        };
    }

    /** Returns its value for people. */
    public String shown() {
        return switch (field) {
            case INT, LONG -> Long.toString(bits);
            case DOUBLE -> Double.toString(Double.longBitsToDouble(bits));
            case BOOLEAN -> Boolean.toString(bits != 0);
            case STRING -> "'" + text + "'";
            case BYTES -> bytes.length + " bytes";
            default -> "null";
        };
    }
}
