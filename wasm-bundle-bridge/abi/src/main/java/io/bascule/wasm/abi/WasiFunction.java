/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The part of WASI preview 1 that the gateway offers, so that guests built with a C or Rust library link. No files, no sockets. */
public enum WasiFunction {
    /** Writes to the log, descriptors 1 and 2 only. */
    FD_WRITE("iiii:i"),
    /** Closes a descriptor. */
    FD_CLOSE("i:i"),
    /** Always answers that a stream cannot be moved in. */
    FD_SEEK("ilii:i"),
    /** Says that descriptors 0 to 2 are character devices. */
    FD_FDSTAT_GET("ii:i"),
    /** Gives the time. */
    CLOCK_TIME_GET("ili:i"),
    /** Gives random bytes. */
    RANDOM_GET("ii:i"),
    /** Says that there is one argument, the program's name. */
    ARGS_SIZES_GET("ii:i"),
    /** Gives the program's name, {@code module}. */
    ARGS_GET("ii:i"),
    /** Says that there are no environment variables. */
    ENVIRON_SIZES_GET("ii:i"),
    /** Gives no environment variables. */
    ENVIRON_GET("ii:i"),
    /** Ends the instance: a trap. */
    PROC_EXIT("i:");

    private final String letters;

    WasiFunction(String letters) {
        this.letters = letters;
    }

    /** Returns the name in the import section. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the signature. */
    public Signature signature() {
        return Signature.of(letters);
    }

    /** Finds a function by name. */
    public static Optional<WasiFunction> find(String word) {
        return Arrays.stream(values()).filter(f -> f.word().equals(word)).findFirst();
    }
}
