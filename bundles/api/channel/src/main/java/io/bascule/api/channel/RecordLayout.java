/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The one layout of a reading: in a {@link Batch}, across the WebAssembly boundary and on disk. 24 bytes, little-endian,
 * aligned to 8; it is the canonical-ABI layout of the WIT record {@code bascule:gateway/types.reading}.
 *
 * <pre>
 *  +0  u32  channel handle
 *  +4  u8   kind      1 f64, 2 i64, 3 bool, 4 text, 5 bytes (4 and 5 never cross into a guest)
 *  +5  u8   quality   0 good, 64 uncertain, 128 bad
 *  +6  u16  reason    upper half of an OPC UA status code
 *  +8  i64  time      nanoseconds since 1970-01-01T00:00:00Z, of the source
 *  +16 8 B  value     f64 bits | i64 | f64 bits of 0.0 or 1.0 | u32 offset and u32 length in the tail
 * </pre>
 */
public final class RecordLayout {

    /** Size of a record in bytes. */
    public static final int RECORD_BYTES = 24;

    /** Offset of the channel handle. */
    public static final int CHANNEL = 0;
    /** Offset of the kind. */
    public static final int KIND = 4;
    /** Offset of the quality. */
    public static final int QUALITY = 5;
    /** Offset of the reason. */
    public static final int REASON = 6;
    /** Offset of the source time. */
    public static final int TIME = 8;
    /** Offset of the value. */
    public static final int VALUE = 16;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private RecordLayout() {}

    /** Reads an unsigned 16-bit number. */
    public static int getU16(byte[] bytes, int at) {
        return Short.toUnsignedInt((short) SHORT.get(bytes, at));
    }

    /** Reads a 32-bit number. */
    public static int getI32(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    /** Reads a 64-bit number. */
    public static long getI64(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    /** Writes a 32-bit number. */
    public static void putI32(byte[] bytes, int at, int value) {
        INT.set(bytes, at, value);
    }

    /** Writes a 64-bit number. */
    public static void putI64(byte[] bytes, int at, long value) {
        LONG.set(bytes, at, value);
    }

    /** Writes one whole record whose value fits 8 bytes. */
    public static void put(
            byte[] bytes, int at, int channel, int kind, int qualityCode, long timeNanos, long valueBits) {
        INT.set(bytes, at + CHANNEL, channel);
        bytes[at + KIND] = (byte) kind;
        bytes[at + QUALITY] = (byte) ((qualityCode & 0xC000) >>> 8);
        SHORT.set(bytes, at + REASON, (short) qualityCode);
        LONG.set(bytes, at + TIME, timeNanos);
        LONG.set(bytes, at + VALUE, valueBits);
    }
}
