/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

import org.jspecify.annotations.Nullable;
import org.teavm.interop.Address;
import org.teavm.interop.Export;

/**
 * The canonical ABI's allocator. Blocks are powers of two and used again, so after the first calls the collector has nothing
 * to do. The host's pointer identifies a block by the address it was given, even if the collector has moved it since.
 */
final class Memory {
    private static final int CLASSES = 27;
    private static final int PENDING_MAX = 8;
    private static final int RESERVE_BYTES = 65536;

    private static final @Nullable Block[] FREE = new Block[CLASSES];

    private static final @Nullable Block[] PENDING = new Block[PENDING_MAX];
    private static int pendingCount;

    private static @Nullable Block reserve;
    private static boolean insideHostCall;

    private Memory() {}

    /** Called by the host to place an argument or a list result; lists are placed once, never resized. */
    @Export(name = "cabi_realloc")
    static Address allocate(Address old, int oldSize, int align, int size) {
        if (size == 0) {
            return Address.fromInt(align);
        }
        if (insideHostCall) {
            // No Java allocation here: the host holds addresses of the caller's arrays, and a collection could move
            // them.
            Block block = reserve;
            if (block == null || size > block.size()) {
                return Address.fromInt(0);
            }
            return block.address();
        }
        if (pendingCount == PENDING_MAX) {
            return Address.fromInt(0);
        }
        Block block = take(size);
        Address address = block.address();
        block.given = address.toInt();
        PENDING[pendingCount] = block;
        pendingCount++;
        return address;
    }

    /** The block behind an argument. The oldest one wins: a later one can have got the address the former had. */
    static Block claim(Address pointer) {
        int wanted = pointer.toInt();
        for (int i = 0; i < pendingCount; i++) {
            Block block = PENDING[i];
            if (block != null && block.given == wanted) {
                pendingCount--;
                for (int k = i; k < pendingCount; k++) {
                    PENDING[k] = PENDING[k + 1];
                }
                PENDING[pendingCount] = null;
                return block;
            }
        }
        throw new IllegalStateException("the host passed a pointer it did not get from cabi_realloc");
    }

    static byte[] claimBytes(Address pointer, int length) {
        if (length == 0) {
            return new byte[0];
        }
        Block block = claim(pointer);
        byte[] bytes = block.copy(length);
        give(block);
        return bytes;
    }

    static Block take(int size) {
        int sizeClass = sizeClass(size);
        Block block = FREE[sizeClass];
        if (block != null) {
            FREE[sizeClass] = block.next;
            block.next = null;
            return block;
        }
        return new Block(1 << sizeClass);
    }

    static void give(Block block) {
        int sizeClass = sizeClass(block.size());
        block.next = FREE[sizeClass];
        FREE[sizeClass] = block;
    }

    /** Before a host function that returns a list: nothing may be allocated until {@link #returned}. */
    static void expectList() {
        if (reserve == null) {
            reserve = new Block(RESERVE_BYTES);
        }
        insideHostCall = true;
    }

    static byte[] returned(Block result) {
        insideHostCall = false;
        int length = result.at(4).getInt();
        Block list = reserve;
        return length == 0 || list == null ? new byte[0] : list.copy(length);
    }

    private static int sizeClass(int size) {
        int sizeClass = Math.max(5, 32 - Integer.numberOfLeadingZeros(size - 1));
        if (sizeClass >= CLASSES) {
            throw new IllegalStateException("a block of " + size + " bytes is too large");
        }
        return sizeClass;
    }
}
