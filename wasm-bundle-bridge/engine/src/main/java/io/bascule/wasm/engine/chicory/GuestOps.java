/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import com.dylibso.chicory.runtime.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Instructions of guests as {@link DirectMemory} and {@link DirectCompare} let generated code call them, each with the name
 * and the parameters of Chicory's own.
 *
 * <p>An address is unsigned: the sum of a dynamic part and a constant offset from 0 to 2^31 - 2. No memory has 2 GiB, so a
 * negative dynamic part is out of bounds, and a sum that overflows is negative and fails the check of the array.
 *
 * <p>Public because generated classes call it from their own class loader. Stateless.
 */
public final class GuestOps {

    private static final VarHandle I16 = view(short[].class);
    private static final VarHandle I32 = view(int[].class);
    private static final VarHandle I64 = view(long[].class);
    private static final VarHandle F32 = view(float[].class);
    private static final VarHandle F64 = view(double[].class);
    private static final long UNSIGNED = 0xffff_ffffL;

    private GuestOps() {}

    private static VarHandle view(Class<?> type) {
        return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the bytes of the memory, valid until it grows. */
    public static byte[] bytes(Memory memory) {
        return ((FlatMemory) memory).array();
    }

    private static int at(int address, int offset) {
        // The offset is a constant, so one branch goes when the call is inlined.
        if (offset != 0 && address < 0) {
            throw outOfBounds(address);
        }
        return address + offset;
    }

    private static IndexOutOfBoundsException outOfBounds(int address) {
        return new IndexOutOfBoundsException("address " + Integer.toUnsignedString(address) + " is out of bounds");
    }

    /** i32.load8 and i64.load8. */
    public static byte memoryReadByte(int address, int offset, byte[] bytes) {
        return bytes[at(address, offset)];
    }

    /** i32.load16 and i64.load16. */
    public static short memoryReadShort(int address, int offset, byte[] bytes) {
        return (short) I16.get(bytes, at(address, offset));
    }

    /** i32.load and i64.load32. */
    public static int memoryReadInt(int address, int offset, byte[] bytes) {
        return (int) I32.get(bytes, at(address, offset));
    }

    /** i64.load. */
    public static long memoryReadLong(int address, int offset, byte[] bytes) {
        return (long) I64.get(bytes, at(address, offset));
    }

    /** f32.load. */
    public static float memoryReadFloat(int address, int offset, byte[] bytes) {
        return (float) F32.get(bytes, at(address, offset));
    }

    /** f64.load. */
    public static double memoryReadDouble(int address, int offset, byte[] bytes) {
        return (double) F64.get(bytes, at(address, offset));
    }

    /** i32.store8 and i64.store8. */
    public static void memoryWriteByte(int address, byte value, int offset, byte[] bytes) {
        bytes[at(address, offset)] = value;
    }

    /** i32.store16 and i64.store16. */
    public static void memoryWriteShort(int address, short value, int offset, byte[] bytes) {
        I16.set(bytes, at(address, offset), value);
    }

    /** i32.store and i64.store32. */
    public static void memoryWriteInt(int address, int value, int offset, byte[] bytes) {
        I32.set(bytes, at(address, offset), value);
    }

    /** i64.store. */
    public static void memoryWriteLong(int address, long value, int offset, byte[] bytes) {
        I64.set(bytes, at(address, offset), value);
    }

    /** f32.store. */
    public static void memoryWriteFloat(int address, float value, int offset, byte[] bytes) {
        F32.set(bytes, at(address, offset), value);
    }

    /** f64.store. */
    public static void memoryWriteDouble(int address, double value, int offset, byte[] bytes) {
        F64.set(bytes, at(address, offset), value);
    }

    /** i32.lt_u. */
    public static int I32_LT_U(int a, int b) {
        return (a & UNSIGNED) < (b & UNSIGNED) ? 1 : 0;
    }

    /** i32.le_u. */
    public static int I32_LE_U(int a, int b) {
        return (a & UNSIGNED) <= (b & UNSIGNED) ? 1 : 0;
    }

    /** i32.gt_u. */
    public static int I32_GT_U(int a, int b) {
        return (a & UNSIGNED) > (b & UNSIGNED) ? 1 : 0;
    }

    /** i32.ge_u. */
    public static int I32_GE_U(int a, int b) {
        return (a & UNSIGNED) >= (b & UNSIGNED) ? 1 : 0;
    }
}
