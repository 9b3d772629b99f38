/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a module gives way to its next version. */
public enum UpdateStrategy {
    /** Both versions live for a while; the change happens between two batches. */
    SIDE_BY_SIDE,
    /**
     * The old version ends before the new one starts, because both need something that only one can own, such as a serial
     * port. Input waits in its bounded queue for the gap.
     */
    STOP_FIRST;

    /** Returns the word people write: lower case with dashes. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Finds the strategy that people write as {@code word}; empty when there is none. */
    public static Optional<UpdateStrategy> find(String word) {
        return Arrays.stream(values()).filter(s -> s.word().equals(word)).findFirst();
    }
}
