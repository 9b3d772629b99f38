/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import java.util.UUID;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UByte;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UInteger;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.ULong;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UShort;
import org.jspecify.annotations.Nullable;

/** A type of variables (OPC 10000-6 section 5.1.2, by identifier), and what a channel's value is in them. */
enum NodeType {
    BOOLEAN(1, ValueKind.BOOL, Boolean.class),
    SBYTE(2, ValueKind.I64, Byte.class),
    BYTE(3, ValueKind.I64, UByte.class),
    INT16(4, ValueKind.I64, Short.class),
    UINT16(5, ValueKind.I64, UShort.class),
    INT32(6, ValueKind.I64, Integer.class),
    UINT32(7, ValueKind.I64, UInteger.class),
    INT64(8, ValueKind.I64, Long.class),
    UINT64(9, ValueKind.I64, ULong.class),
    FLOAT(10, ValueKind.F64, Float.class),
    DOUBLE(11, ValueKind.F64, Double.class),
    STRING(12, ValueKind.TEXT, String.class),
    DATE_TIME(13, ValueKind.TEXT, DateTime.class),
    GUID(14, ValueKind.TEXT, UUID.class),
    BYTE_STRING(15, ValueKind.BYTES, ByteString.class),
    QUALIFIED_NAME(20, ValueKind.TEXT, QualifiedName.class),
    LOCALIZED_TEXT(21, ValueKind.TEXT, LocalizedText.class);

    /** Enumeration, Duration, UtcTime, LocaleId: types of the base that are another one under another name. */
    private static final int ENUMERATION = 29;

    private static final int DURATION = 290;
    private static final int UTC_TIME = 294;
    private static final int LOCALE_ID = 295;
    private static final double LONG_LIMIT = 0x1p63;
    /** What is left of a fraction when a scaled number is turned back. */
    private static final double ROUNDING = 1e-6;

    private final int id;
    private final ValueKind kind;
    private final Class<?> type;

    NodeType(int id, ValueKind kind, Class<?> type) {
        this.id = id;
        this.kind = kind;
        this.type = type;
    }

    /**
     * Returns the type of a variable.
     *
     * @param value its present value, null when it has none
     * @param dataType its attribute DataType
     * @return null when neither says it
     */
    static @Nullable NodeType of(@Nullable Object value, @Nullable Object dataType) {
        if (dataType instanceof NodeId node
                && node.getNamespaceIndex().intValue() == 0
                && node.getIdentifier() instanceof UInteger number) {
            int id =
                    switch (number.intValue()) {
                        case ENUMERATION -> INT32.id;
                        case DURATION -> DOUBLE.id;
                        case UTC_TIME -> DATE_TIME.id;
                        case LOCALE_ID -> STRING.id;
                        default -> number.intValue();
                    };
            for (NodeType one : values()) {
                if (one.id == id) {
                    return one;
                }
            }
        }
        // An abstract type, or one that the server made: the value says what it is.
        Class<?> found = value == null ? null : value.getClass();
        if (found != null && found.isArray()) {
            found = found.getComponentType();
        }
        for (NodeType one : values()) {
            if (one.type == found) {
                return one;
            }
        }
        return null;
    }

    /** Returns the kind of channel that fits a variable; null when none does. */
    static @Nullable ValueKind kind(@Nullable Object value, @Nullable Object dataType) {
        NodeType type = of(value, dataType);
        return type == null ? null : type.kind;
    }

    /** Returns the type in which a value is sent when the server does not say one. */
    static NodeType natural(ValueKind kind) {
        return switch (kind) {
            case F64 -> DOUBLE;
            case I64 -> INT64;
            case BOOL -> BOOLEAN;
            case TEXT -> STRING;
            case BYTES -> BYTE_STRING;
        };
    }

    Class<?> type() {
        return type;
    }

    /** Returns a value in this type, or the {@link Quality} that says why it has none. */
    Object raw(Value value) {
        Object raw =
                switch (this) {
                    case BOOLEAN -> value instanceof Value.Bool bool ? bool.value() : Quality.BAD_TYPE_MISMATCH;
                    case FLOAT -> real(value, true);
                    case DOUBLE -> real(value, false);
                    case STRING -> value instanceof Value.Text text ? text.value() : Quality.BAD_TYPE_MISMATCH;
                    case LOCALIZED_TEXT ->
                        value instanceof Value.Text text
                                ? LocalizedText.english(text.value())
                                : Quality.BAD_TYPE_MISMATCH;
                    case DATE_TIME -> time(value);
                    case GUID, QUALIFIED_NAME -> Quality.BAD_NOT_SUPPORTED;
                    case BYTE_STRING ->
                        value instanceof Value.Bytes bytes ? ByteString.of(bytes.value()) : Quality.BAD_TYPE_MISMATCH;
                    default -> whole(value);
                };
        return raw;
    }

    private static Object real(Value value, boolean isSingle) {
        double number;
        if (value instanceof Value.F64 real) {
            number = real.value();
        } else if (value instanceof Value.I64 whole) {
            number = whole.value();
        } else {
            return Quality.BAD_TYPE_MISMATCH;
        }
        if (!isSingle) {
            return number;
        }
        float single = (float) number;
        return Float.isInfinite(single) && Double.isFinite(number) ? Quality.BAD_OUT_OF_RANGE : (Object) single;
    }

    private static Object time(Value value) {
        DateTime time = value instanceof Value.Text text ? Conversion.time(text.value()) : null;
        return time == null ? Quality.BAD_TYPE_MISMATCH : time;
    }

    private Object whole(Value value) {
        long number;
        if (value instanceof Value.I64 whole) {
            number = whole.value();
        } else if (value instanceof Value.F64 real) {
            double rounded = Math.rint(real.value());
            double error = Math.abs(rounded - real.value());
            // Written so that NaN is out of range.
            if (!(error <= ROUNDING * Math.max(1, Math.abs(rounded)) && Math.abs(rounded) < LONG_LIMIT)) {
                return Quality.BAD_OUT_OF_RANGE;
            }
            number = (long) rounded;
        } else {
            return Quality.BAD_TYPE_MISMATCH;
        }
        return switch (this) {
            case SBYTE -> number == (byte) number ? (Object) (byte) number : Quality.BAD_OUT_OF_RANGE;
            case BYTE -> within(number, 0xFFL) ? UByte.valueOf(number) : Quality.BAD_OUT_OF_RANGE;
            case INT16 -> number == (short) number ? (Object) (short) number : Quality.BAD_OUT_OF_RANGE;
            case UINT16 -> within(number, 0xFFFFL) ? UShort.valueOf((int) number) : Quality.BAD_OUT_OF_RANGE;
            case INT32 -> number == (int) number ? (Object) (int) number : Quality.BAD_OUT_OF_RANGE;
            case UINT32 -> within(number, 0xFFFF_FFFFL) ? UInteger.valueOf(number) : Quality.BAD_OUT_OF_RANGE;
            case UINT64 -> within(number, Long.MAX_VALUE) ? ULong.valueOf(number) : Quality.BAD_OUT_OF_RANGE;
            default -> number;
        };
    }

    private static boolean within(long number, long max) {
        return number >= 0 && number <= max;
    }
}
