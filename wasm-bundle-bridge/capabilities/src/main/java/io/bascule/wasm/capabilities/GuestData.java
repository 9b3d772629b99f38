/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.wasm.abi.GuestExport;
import io.bascule.wasm.abi.Signature;
import io.bascule.wasm.abi.WasmType;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.GuestFunction;
import io.bascule.wasm.engine.ValueType;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import io.bascule.wasm.engine.WasmInstance;
import java.util.List;

/**
 * The one place where lengths that a guest passes are judged and where the host puts data into a guest. Pointers are
 * judged by {@link io.bascule.wasm.engine.GuestMemory}: a bad one is a trap. A bad length is an answer.
 */
public final class GuestData {

    /** Alignment of readings and of everything else that is passed. */
    public static final int ALIGNMENT = 8;

    private static final FunctionType REALLOC = type(GuestExport.CABI_REALLOC.signature());

    private GuestData() {}

    /** Returns a signature of the contract in the engine's types. */
    public static FunctionType type(Signature signature) {
        return new FunctionType(types(signature.params()), types(signature.results()));
    }

    private static List<ValueType> types(List<WasmType> types) {
        return types.stream().map(t -> ValueType.valueOf(t.name())).toList();
    }

    /** Returns whether a length that a guest passed, which is unsigned, is at most {@code max}. */
    static boolean isAtMost(int length, int max) {
        return Integer.compareUnsigned(length, max) <= 0;
    }

    /** Reads text of at most {@code max} bytes; what is longer is cut. */
    static String textCut(WasmInstance guest, int pointer, int length, int max) throws WasmException {
        return guest.memory().readUtf8(pointer, isAtMost(length, max) ? length : max);
    }

    /**
     * Has the guest make room.
     *
     * @return a pointer to {@code length} bytes that now belong to the guest
     * @throws Trap when it has no {@code cabi_realloc} of the right type, or gives no room
     */
    public static int allocate(WasmInstance guest, int length) throws WasmException {
        return allocate(guest, realloc(guest), length);
    }

    /** Returns the guest's allocator. */
    static GuestFunction realloc(WasmInstance guest) throws WasmException {
        return guest.function(GuestExport.CABI_REALLOC.exportName(), REALLOC)
                .orElseThrow(() -> new Trap(TrapKind.HOST, "it exports no cabi_realloc", null));
    }

    /** Does the same with a function that was looked up before. */
    public static int allocate(WasmInstance guest, GuestFunction realloc, int length) throws WasmException {
        int pointer = (int) realloc.call(0, 0, ALIGNMENT, length);
        if (length > 0 && pointer == 0) {
            throw new Trap(TrapKind.BAD_POINTER, "cabi_realloc gave no room for " + length + " bytes", null);
        }
        return pointer;
    }

    /** Gives a list of bytes to the guest that called: the list goes where its allocator says, {pointer, length} to {@code result}. */
    static void returnBytes(WasmInstance guest, int result, byte[] bytes) throws WasmException {
        int pointer = 0;
        if (bytes.length > 0) {
            pointer = allocate(guest, bytes.length);
            guest.memory().write(pointer, bytes);
        }
        guest.memory().writeI32(result, pointer);
        guest.memory().writeI32(result + Integer.BYTES, bytes.length);
    }
}
