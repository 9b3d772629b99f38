/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

import org.jspecify.annotations.Nullable;
import org.teavm.interop.Address;

/**
 * Memory the host may write to and read from. The collector can move the array between calls, so an address is never kept,
 * and what the host gets is aligned to 8 bytes anew each time.
 */
final class Block {
    private static final int ALIGNMENT = 8;

    private final byte[] bytes;
    private int offset;

    /** The address the host was given; identifies the block when it comes back as an argument. */
    int given;

    /** The next free block of the same size. */
    @Nullable
    Block next;

    Block(int size) {
        bytes = new byte[size + ALIGNMENT];
    }

    int size() {
        return bytes.length - ALIGNMENT;
    }

    /** Where the content is now, aligned; valid until the next allocation. */
    Address address() {
        int wanted = -Address.ofData(bytes).toInt() & ALIGNMENT - 1;
        if (wanted != offset) {
            System.arraycopy(bytes, offset, bytes, wanted, size());
            offset = wanted;
        }
        return Address.ofData(bytes).add(offset);
    }

    /** Where the content is now, not necessarily aligned; for access from this side. */
    Address at(int index) {
        return Address.ofData(bytes).add(offset + index);
    }

    byte[] copy(int length) {
        byte[] copy = new byte[length];
        System.arraycopy(bytes, offset, copy, 0, length);
        return copy;
    }

    void fill(byte[] from) {
        System.arraycopy(from, 0, bytes, offset, from.length);
    }
}
