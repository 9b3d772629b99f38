/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.ValueKind;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What registers are taken for. Text and bytes have a length of their own. */
enum DataType {
    /** A bit of a table of bits, or one bit of a register. */
    BOOL(ValueKind.BOOL, 1),
    INT16(ValueKind.I64, 1),
    UINT16(ValueKind.I64, 1),
    INT32(ValueKind.I64, 2),
    UINT32(ValueKind.I64, 2),
    INT64(ValueKind.I64, 4),
    /** 0 to 9223372036854775807; what is larger has no value. */
    UINT64(ValueKind.I64, 4),
    FLOAT32(ValueKind.F64, 2),
    FLOAT64(ValueKind.F64, 4),
    /** Several bits of a register as a number. */
    BITS(ValueKind.I64, 1),
    /** UTF-8, two bytes in a register; zero bytes and spaces at the end do not belong to it. */
    STRING(ValueKind.TEXT, 0),
    BYTES(ValueKind.BYTES, 0);

    private final ValueKind kind;
    private final int registers;

    DataType(ValueKind kind, int registers) {
        this.kind = kind;
        this.registers = registers;
    }

    ValueKind kind() {
        return kind;
    }

    /** Returns how many registers a value takes; 0 when the address says so. */
    int registers() {
        return registers;
    }

    boolean hasLength() {
        return registers == 0;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds a type by its word without a length. */
    static DataType of(String word) {
        for (DataType type : values()) {
            if (type.word().equals(word) && type != BOOL && type != BITS) {
                return type;
            }
        }
        throw new IllegalArgumentException("type '" + word + "' is none of "
                + Arrays.stream(values())
                        .filter(t -> t != BOOL && t != BITS)
                        .map(t -> t.hasLength() ? t.word() + "N (N bytes)" : t.word())
                        .collect(Collectors.joining(", ")));
    }
}
