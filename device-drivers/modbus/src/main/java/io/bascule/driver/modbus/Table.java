/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The four tables of a device (V1.1b3 section 4.3), and which functions read and write them. */
enum Table {
    /** Bits that can be read and written; 0xxxx in the traditional notation. */
    COIL(true, 1, 5, 15, 0),
    /** Bits that can be read; 1xxxx. */
    DISCRETE(true, 2, 0, 0, 1),
    /** Registers that can be read; 3xxxx. */
    INPUT(false, 4, 0, 0, 3),
    /** Registers that can be read and written; 4xxxx. */
    HOLDING(false, 3, 6, 16, 4);

    /** Most bits in one read (section 6.1) and in one write (6.11). */
    static final int BITS_READ_MAX = 2000;

    static final int BITS_WRITE_MAX = 1968;

    /** Most registers in one read (section 6.3), in one write (6.12) and in the write of function 23 (6.17). */
    static final int REGISTERS_READ_MAX = 125;

    static final int REGISTERS_WRITE_MAX = 123;
    static final int REGISTERS_READ_WRITE_MAX = 121;

    private final boolean isBits;
    private final int readFunction;
    private final int writeOneFunction;
    private final int writeFunction;
    private final int traditionalDigit;

    Table(boolean isBits, int readFunction, int writeOneFunction, int writeFunction, int traditionalDigit) {
        this.isBits = isBits;
        this.readFunction = readFunction;
        this.writeOneFunction = writeOneFunction;
        this.writeFunction = writeFunction;
        this.traditionalDigit = traditionalDigit;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Table of(String word) {
        for (Table table : values()) {
            if (table.word().equals(word)) {
                return table;
            }
        }
        throw new IllegalArgumentException("table '" + word + "' is none of "
                + Arrays.stream(values()).map(Table::word).collect(Collectors.joining(", ")));
    }

    /** Returns the table that the first digit of a traditional address such as 40001 stands for; null for none. */
    static @org.jspecify.annotations.Nullable Table ofTraditional(int digit) {
        for (Table table : values()) {
            if (table.traditionalDigit == digit) {
                return table;
            }
        }
        return null;
    }

    boolean isBits() {
        return isBits;
    }

    boolean canWrite() {
        return writeFunction > 0;
    }

    int readFunction() {
        return readFunction;
    }

    int writeOneFunction() {
        return writeOneFunction;
    }

    int writeFunction() {
        return writeFunction;
    }

    int readMax() {
        return isBits ? BITS_READ_MAX : REGISTERS_READ_MAX;
    }
}
