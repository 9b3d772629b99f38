/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

/**
 * The linear memory of an instance. Pointers and lengths come from the guest and are never trusted: both are unsigned,
 * and every access that is not wholly inside is a {@link WasmException.Trap} of kind BAD_POINTER. All numbers are
 * little-endian. Confined to the thread that uses the instance; a guest call may move the memory, so nothing but this
 * object may be kept.
 */
public interface GuestMemory {

    /** Returns the present size, bytes; a multiple of 65,536. */
    int sizeBytes();

    /** Reads one byte, 0 to 255. */
    int readU8(int pointer) throws WasmException;

    /** Reads four bytes. */
    int readI32(int pointer) throws WasmException;

    /** Reads eight bytes. */
    long readI64(int pointer) throws WasmException;

    /** Reads a double of eight bytes. */
    double readF64(int pointer) throws WasmException;

    /** Returns a copy of {@code length} bytes. */
    byte[] read(int pointer, int length) throws WasmException;

    /** Copies {@code length} bytes into {@code target} from {@code offset} on. */
    void read(int pointer, int length, byte[] target, int offset) throws WasmException;

    /**
     * Returns {@code length} bytes as text. Bytes that are no UTF-8 become U+FFFD.
     */
    String readUtf8(int pointer, int length) throws WasmException;

    /** Writes the low byte of {@code value}. */
    void writeU8(int pointer, int value) throws WasmException;

    /** Writes four bytes. */
    void writeI32(int pointer, int value) throws WasmException;

    /** Writes eight bytes. */
    void writeI64(int pointer, long value) throws WasmException;

    /** Writes a double in eight bytes. */
    void writeF64(int pointer, double value) throws WasmException;

    /** Copies {@code length} bytes of {@code source} from {@code offset} on into the guest, in one copy. */
    void write(int pointer, byte[] source, int offset, int length) throws WasmException;

    /** Copies all of {@code source} into the guest, in one copy. */
    default void write(int pointer, byte[] source) throws WasmException {
        write(pointer, source, 0, source.length);
    }

    /**
     * Lets {@code writer} write straight into the guest's bytes, for example
     * {@code memory.write(p, n, (array, at) -> batch.copyRecords(0, count, array, at))}.
     *
     * @param length how many bytes from {@code pointer} on the writer may touch
     */
    void write(int pointer, int length, Writer writer) throws WasmException;

    /**
     * Lets {@code reader} read straight from the guest's bytes, for example
     * {@code memory.read(p, n, (array, at) -> Batch.ofRecords(array, at, count))}.
     *
     * @param length how many bytes from {@code pointer} on the reader may touch
     */
    <T> T read(int pointer, int length, Reader<T> reader) throws WasmException;

    /** Writes into an array in place. */
    @FunctionalInterface
    interface Writer {
        /**
         * Writes.
         *
         * @param array the whole memory; valid only during this call, never to be kept
         * @param offset where the writable bytes begin
         */
        void write(byte[] array, int offset);
    }

    /** Reads from an array in place. */
    @FunctionalInterface
    interface Reader<T> {
        /**
         * Reads.
         *
         * @param array the whole memory; valid only during this call, never to be kept or changed
         * @param offset where the readable bytes begin
         */
        T read(byte[] array, int offset);
    }
}
