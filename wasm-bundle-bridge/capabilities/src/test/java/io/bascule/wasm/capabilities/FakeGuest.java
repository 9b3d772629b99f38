/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.wasm.engine.ExternKind;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.GuestFunction;
import io.bascule.wasm.engine.GuestMemory;
import io.bascule.wasm.engine.ModuleExport;
import io.bascule.wasm.engine.ModuleInfo;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A guest without code: one page of memory and an allocator, so that host functions can be called by hand. */
final class FakeGuest implements WasmInstance, GuestMemory, GuestFunction {

    private final ByteBuffer bytes = ByteBuffer.allocate(65_536).order(ByteOrder.LITTLE_ENDIAN);
    private int next = 1024;

    /** Places bytes and returns where. */
    int put(byte[] data) {
        int at = next;
        bytes.put(at, data);
        next += (data.length + 7) & ~7;
        return at;
    }

    int put(String text) {
        return put(text.getBytes(StandardCharsets.UTF_8));
    }

    private int at(int pointer, int length) throws WasmException {
        long end = Integer.toUnsignedLong(pointer) + Integer.toUnsignedLong(length);
        if (end > bytes.capacity()) {
            throw WasmException.Trap.badPointer(pointer, Integer.toUnsignedLong(length), bytes.capacity());
        }
        return pointer;
    }

    @Override
    public ModuleInfo info() {
        ModuleExport timer = new ModuleExport("timer", ExternKind.FUNCTION, null);
        return new ModuleInfo("", 0, List.of(), List.of(timer), List.of(), List.of(), List.of(), 0, false);
    }

    @Override
    public Optional<GuestFunction> function(String name, FunctionType type) {
        return name.equals("cabi_realloc") ? Optional.of(this) : Optional.empty();
    }

    @Override
    public GuestMemory memory() {
        return this;
    }

    @Override
    public long fuelUsedByLastCall() {
        return 0;
    }

    @Override
    public <T> T await(Wait<T> wait) throws IOException, InterruptedException {
        return wait.end();
    }

    @Override
    public boolean isClosed() {
        return false;
    }

    @Override
    public void close() {}

    @Override
    public int sizeBytes() {
        return bytes.capacity();
    }

    @Override
    public int readU8(int pointer) throws WasmException {
        return Byte.toUnsignedInt(bytes.get(at(pointer, 1)));
    }

    @Override
    public int readI32(int pointer) throws WasmException {
        return bytes.getInt(at(pointer, 4));
    }

    @Override
    public long readI64(int pointer) throws WasmException {
        return bytes.getLong(at(pointer, 8));
    }

    @Override
    public double readF64(int pointer) throws WasmException {
        return bytes.getDouble(at(pointer, 8));
    }

    @Override
    public byte[] read(int pointer, int length) throws WasmException {
        byte[] copy = new byte[length];
        read(pointer, length, copy, 0);
        return copy;
    }

    @Override
    public void read(int pointer, int length, byte[] target, int offset) throws WasmException {
        bytes.get(at(pointer, length), target, offset, length);
    }

    @Override
    public String readUtf8(int pointer, int length) throws WasmException {
        return new String(read(pointer, length), StandardCharsets.UTF_8);
    }

    @Override
    public void writeU8(int pointer, int value) throws WasmException {
        bytes.put(at(pointer, 1), (byte) value);
    }

    @Override
    public void writeI32(int pointer, int value) throws WasmException {
        bytes.putInt(at(pointer, 4), value);
    }

    @Override
    public void writeI64(int pointer, long value) throws WasmException {
        bytes.putLong(at(pointer, 8), value);
    }

    @Override
    public void writeF64(int pointer, double value) throws WasmException {
        bytes.putDouble(at(pointer, 8), value);
    }

    @Override
    public void write(int pointer, byte[] source, int offset, int length) throws WasmException {
        bytes.put(at(pointer, length), source, offset, length);
    }

    @Override
    public void write(int pointer, int length, Writer writer) throws WasmException {
        writer.write(bytes.array(), at(pointer, length));
    }

    @Override
    public <T> T read(int pointer, int length, Reader<T> reader) throws WasmException {
        return reader.read(bytes.array(), at(pointer, length));
    }

    @Override
    public String name() {
        return "cabi_realloc";
    }

    @Override
    public FunctionType type() {
        return FunctionType.of();
    }

    @Override
    public long call() {
        throw new UnsupportedOperationException("the allocator takes four arguments");
    }

    @Override
    public long call(long a) {
        return call();
    }

    @Override
    public long call(long a, long b) {
        return call();
    }

    @Override
    public long call(long a, long b, long c) {
        return call();
    }

    @Override
    public long call(long a, long b, long c, long d) {
        return put(new byte[(int) d]);
    }

    @Override
    public long callWith(long[] args) {
        return call(args[0], args[1], args[2], args[3]);
    }
}
