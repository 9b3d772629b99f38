/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import java.util.Locale;

/** The type of a value. The codes are those of the record layout ({@link RecordLayout}) and never change. */
public enum ValueKind {
    /** IEEE 754 double. */
    F64(1),
    /** Signed 64-bit integer. */
    I64(2),
    /** True or false. */
    BOOL(3),
    /** UTF-8 text, in the tail of a batch. */
    TEXT(4),
    /** Bytes, in the tail of a batch. */
    BYTES(5);

    private static final ValueKind[] BY_CODE = {null, F64, I64, BOOL, TEXT, BYTES};

    private final int code;

    ValueKind(int code) {
        this.code = code;
    }

    /** Returns the code in the record layout, 1 to 5. */
    public int code() {
        return code;
    }

    /** Returns whether the value fits the 8 bytes of a record, so that it can cross into a WASM guest as a reading. */
    public boolean isFixed() {
        return code <= BOOL.code;
    }

    /** Returns the word people write, lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the kind with {@code code}.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static ValueKind ofCode(int code) {
        if (code < 1 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("value kind " + code + " is unknown; expected 1 (f64) to 5 (bytes)");
        }
        return BY_CODE[code];
    }
}
