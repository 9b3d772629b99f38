/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.ReadingSink;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.ULong;
import org.jspecify.annotations.Nullable;

/** What the server says, in the gateway's words. */
final class Conversion {

    /** Ticks of OPC UA, 100 ns each, from 1601 to 1970 (OPC 10000-6 section 5.2.2.5). */
    private static final long TICKS_TO_1970 = 116_444_736_000_000_000L;

    private static final long NANOS_PER_TICK = 100;
    private static final long TICKS_MAX = TICKS_TO_1970 + Long.MAX_VALUE / NANOS_PER_TICK;
    /** Sources count parts of a tick in units of 10 ps. */
    private static final int PARTS_PER_NANO = 100;

    private static final int REASON_SHIFT = 16;
    private static final long SEVERITY_MASK = 0xC000_0000L;
    private static final double LONG_LIMIT = 0x1p63;

    /**
     * A value as the server told it.
     *
     * @param value null when there is none
     * @param quality why there is none, or how far the value can be trusted
     * @param timeNanos source time, else the server's, else {@link ReadingSink#ARRIVAL}
     */
    record Told(@Nullable Value value, Quality quality, long timeNanos) {}

    private Conversion() {}

    /** Returns the quality that a status is: its upper half. */
    static Quality quality(@Nullable StatusCode status) {
        long code = status == null ? 0 : status.value();
        // Severity 11 is not used; such a value cannot be trusted.
        if ((code & SEVERITY_MASK) == SEVERITY_MASK) {
            return Quality.BAD;
        }
        int upper = (int) (code >>> REASON_SHIFT) & 0xFFFF;
        return upper == 0 ? Quality.GOOD : new Quality(upper);
    }

    /** Returns what a data value says of an address. */
    static Told told(NodeAddress address, DataValue data) {
        long time = timeNanos(data);
        Quality quality = quality(data.statusCode());
        Object raw = Connection.raw(data);
        if (quality.level() == Quality.Level.BAD) {
            return new Told(null, quality, time);
        }
        if (raw == null) {
            boolean isGood = quality.level() == Quality.Level.GOOD;
            return new Told(null, isGood ? Quality.BAD_WAITING_FOR_INITIAL_DATA : quality, time);
        }
        return told(address, raw, quality, time);
    }

    private static Told told(NodeAddress address, Object raw, Quality quality, long time) {
        Object one = raw;
        if (address.element() != NodeAddress.NO_ELEMENT) {
            // The server cuts the element out; what it sends is still an array.
            if (!(raw instanceof Object[] array) || array.length != 1 || array[0] == null) {
                return new Told(null, Quality.BAD_TYPE_MISMATCH, time);
            }
            one = array[0];
        }
        if (one instanceof ULong big && address.kind() == ValueKind.I64 && big.longValue() < 0) {
            return new Told(null, Quality.BAD_OUT_OF_RANGE, time);
        }
        Value value = value(one, address.kind());
        return value == null ? new Told(null, Quality.BAD_TYPE_MISMATCH, time) : new Told(value, quality, time);
    }

    /** Returns a value of {@code kind}; null when {@code raw} is none. */
    static @Nullable Value value(Object raw, ValueKind kind) {
        return switch (kind) {
            case F64 -> raw instanceof Number number ? new Value.F64(number.doubleValue()) : null;
            case I64 -> raw instanceof Number number ? whole(number) : null;
            case BOOL -> raw instanceof Boolean bool ? new Value.Bool(bool) : null;
            case TEXT -> text(raw);
            case BYTES -> raw instanceof ByteString bytes ? new Value.Bytes(bytes.bytesOrEmpty()) : null;
        };
    }

    private static @Nullable Value whole(Number number) {
        if (number instanceof Double || number instanceof Float) {
            double value = number.doubleValue();
            boolean isWhole = value == Math.rint(value) && value >= -LONG_LIMIT && value < LONG_LIMIT;
            return isWhole ? new Value.I64((long) value) : null;
        }
        return new Value.I64(number.longValue());
    }

    private static @Nullable Value text(Object raw) {
        if (raw instanceof LocalizedText localized) {
            return new Value.Text(localized.text() == null ? "" : localized.text());
        }
        if (raw instanceof DateTime time) {
            return new Value.Text(time.getJavaInstant().toString());
        }
        if (raw instanceof QualifiedName name) {
            return new Value.Text(name.toParseableString());
        }
        boolean isPlain =
                raw instanceof String || raw instanceof Number || raw instanceof Boolean || raw instanceof UUID;
        return isPlain ? new Value.Text(raw.toString()) : null;
    }

    private static long timeNanos(DataValue data) {
        DateTime source = data.sourceTime();
        if (source == null) {
            return data.serverTime() == null ? ReadingSink.ARRIVAL : nanos(data.serverTime());
        }
        long nanos = nanos(source);
        int parts =
                data.sourcePicoseconds() == null ? 0 : data.sourcePicoseconds().intValue();
        return nanos == ReadingSink.ARRIVAL ? nanos : nanos + parts / PARTS_PER_NANO;
    }

    /** Returns nanoseconds since 1970; {@link ReadingSink#ARRIVAL} for a time that is none of ours, such as the year 1601. */
    private static long nanos(DateTime time) {
        long ticks = time.getUtcTime();
        boolean isOurs = ticks > TICKS_TO_1970 && ticks < TICKS_MAX;
        return isOurs ? (ticks - TICKS_TO_1970) * NANOS_PER_TICK : ReadingSink.ARRIVAL;
    }

    /** Returns a time as a person writes it; null when it is none. */
    static @Nullable DateTime time(String written) {
        try {
            return new DateTime(Instant.parse(written.strip()));
        } catch (DateTimeException e) {
            return null;
        }
    }
}
