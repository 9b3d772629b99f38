/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the bytes of a chip are taken for. */
enum NumberType {
    /** Unsigned, 8 bits. */
    UINT8(1, false),
    /** Two's complement, 8 bits. */
    INT8(1, true),
    /** Unsigned, 16 bits. */
    UINT16(2, false),
    /** Two's complement, 16 bits. */
    INT16(2, true),
    /** Unsigned, 24 bits. */
    UINT24(3, false),
    /** Two's complement, 24 bits. */
    INT24(3, true),
    /** Unsigned, 32 bits. */
    UINT32(4, false),
    /** Two's complement, 32 bits. */
    INT32(4, true),
    /** IEEE 754, 32 bits. */
    FLOAT32(4, true);

    private final int bytes;
    private final boolean isSigned;

    NumberType(int bytes, boolean isSigned) {
        this.bytes = bytes;
        this.isSigned = isSigned;
    }

    int bytes() {
        return bytes;
    }

    int bits() {
        return bytes * Byte.SIZE;
    }

    boolean isSigned() {
        return isSigned;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the type with this word.
     *
     * @throws IllegalArgumentException when there is none
     */
    static NumberType of(String word) {
        List<String> words = Arrays.stream(values()).map(NumberType::word).toList();
        int index = words.indexOf(word);
        if (index < 0) {
            throw new IllegalArgumentException("there is no type '" + word + "'; expected one of " + words);
        }
        return values()[index];
    }
}
