/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import io.bascule.wasm.engine.GuestMemory;
import io.bascule.wasm.engine.WasmException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A memory as the host sees it: every pointer is checked and a bad one is a trap of the guest. */
final class FlatGuestMemory implements GuestMemory {

    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final FlatMemory memory;

    FlatGuestMemory(FlatMemory memory) {
        this.memory = memory;
    }

    private byte[] check(int pointer, int length) throws WasmException {
        byte[] bytes = memory.array();
        // Both are unsigned; no memory reaches 2 GiB, so a negative one is outside.
        if (pointer < 0 || length < 0 || pointer > bytes.length - length) {
            throw WasmException.Trap.badPointer(pointer, Integer.toUnsignedLong(length), bytes.length);
        }
        return bytes;
    }

    @Override
    public int sizeBytes() {
        return memory.array().length;
    }

    @Override
    public int readU8(int pointer) throws WasmException {
        return check(pointer, 1)[pointer] & 0xFF;
    }

    @Override
    public int readI32(int pointer) throws WasmException {
        return (int) I32.get(check(pointer, Integer.BYTES), pointer);
    }

    @Override
    public long readI64(int pointer) throws WasmException {
        return (long) I64.get(check(pointer, Long.BYTES), pointer);
    }

    @Override
    public double readF64(int pointer) throws WasmException {
        return Double.longBitsToDouble(readI64(pointer));
    }

    @Override
    public byte[] read(int pointer, int length) throws WasmException {
        return Arrays.copyOfRange(check(pointer, length), pointer, pointer + length);
    }

    @Override
    public void read(int pointer, int length, byte[] target, int offset) throws WasmException {
        System.arraycopy(check(pointer, length), pointer, target, offset, length);
    }

    @Override
    public String readUtf8(int pointer, int length) throws WasmException {
        return new String(check(pointer, length), pointer, length, StandardCharsets.UTF_8);
    }

    @Override
    public void writeU8(int pointer, int value) throws WasmException {
        check(pointer, 1)[pointer] = (byte) value;
    }

    @Override
    public void writeI32(int pointer, int value) throws WasmException {
        I32.set(check(pointer, Integer.BYTES), pointer, value);
    }

    @Override
    public void writeI64(int pointer, long value) throws WasmException {
        I64.set(check(pointer, Long.BYTES), pointer, value);
    }

    @Override
    public void writeF64(int pointer, double value) throws WasmException {
        writeI64(pointer, Double.doubleToRawLongBits(value));
    }

    @Override
    public void write(int pointer, byte[] source, int offset, int length) throws WasmException {
        System.arraycopy(source, offset, check(pointer, length), pointer, length);
    }

    @Override
    public void write(int pointer, int length, Writer writer) throws WasmException {
        writer.write(check(pointer, length), pointer);
    }

    @Override
    public <T> T read(int pointer, int length, Reader<T> reader) throws WasmException {
        return reader.read(check(pointer, length), pointer);
    }
}
