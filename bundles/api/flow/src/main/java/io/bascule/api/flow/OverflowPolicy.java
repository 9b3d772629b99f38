/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.flow;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What happens when a batch comes to a stage whose queue is full. */
public enum OverflowPolicy {
    /** The sender waits: back-pressure up to the source. */
    BLOCK,
    /** The oldest batch in the queue is dropped and counted. */
    DROP_OLDEST,
    /** The new batch is dropped and counted. */
    REJECT;

    /** Returns the word in flow definitions, lower case with a dash. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Finds the policy written as {@code word}; empty when there is none. */
    public static Optional<OverflowPolicy> find(String word) {
        return Arrays.stream(values()).filter(p -> p.word().equals(word)).findFirst();
    }
}
