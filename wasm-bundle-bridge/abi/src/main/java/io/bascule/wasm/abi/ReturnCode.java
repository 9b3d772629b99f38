/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import java.util.Arrays;
import java.util.Optional;

/** What a negative result says. Zero and above is success, and a count where one is natural. */
public enum ReturnCode {
    /** It failed, without a more precise word. */
    FAILED(-1, "failed"),
    /** An argument or the configuration is wrong. */
    BAD_ARGUMENT(-2, "bad argument or configuration"),
    /** No grant allows it. */
    NOT_PERMITTED(-3, "not permitted"),
    /** There is no such thing. */
    NOT_FOUND(-4, "not found"),
    /** It is not supported here. */
    UNSUPPORTED(-5, "unsupported"),
    /** The data is corrupt. */
    CORRUPT(-6, "corrupt data"),
    /** Not now; later it may work. */
    BUSY(-7, "busy"),
    /** It took too long. */
    TIMEOUT(-8, "timeout"),
    /** It is larger than allowed. */
    TOO_LARGE(-9, "too large");

    private final int code;
    private final String words;

    ReturnCode(int code, String words) {
        this.code = code;
        this.words = words;
    }

    /** Returns the number that crosses the boundary, -1 to -9. */
    public int code() {
        return code;
    }

    /** Returns the words for people. */
    public String words() {
        return words;
    }

    /** Finds the code with a number; empty for success and for numbers without meaning. */
    public static Optional<ReturnCode> find(int code) {
        return Arrays.stream(values()).filter(c -> c.code == code).findFirst();
    }

    /** Returns a result as people read it, for example {@code -2 (bad argument or configuration)}. */
    public static String describe(int result) {
        return result + " (" + find(result).map(ReturnCode::words).orElse(result < 0 ? "unknown code" : "ok") + ")";
    }
}
