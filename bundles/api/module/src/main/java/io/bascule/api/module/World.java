/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a module can be asked to do; the worlds of the guest contract. */
public enum World {
    /** Takes batches of readings, gives readings, messages and alerts. */
    PROCESSOR,
    /** Takes frames of bytes, gives readings. */
    DECODER,
    /** Talks to a device. */
    DRIVER;

    /** Returns the word of the contract, lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds the world called {@code word}; empty when there is none. */
    public static Optional<World> find(String word) {
        return Arrays.stream(values()).filter(w -> w.word().equals(word)).findFirst();
    }
}
