/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a module can be allowed to do. The words are the interface names of the guest contract, with {@code channel}
 * split by direction, because reading a plant and moving it are different risks.
 */
public enum Capability {
    /** Write lines to the gateway's log. Scope: none. */
    LOG(false),
    /** Read the wall clock. Scope: none. */
    CLOCK(false),
    /** Hand readings, messages and alerts to the flow. Scope: none. */
    EMIT(false),
    /** Keep small values across restarts. Scope: none. */
    STATE(false),
    /** Be called at set times. Scope: none. */
    TIMER(false),
    /** Read channels. Scope: channel patterns. */
    CHANNEL_READ(true),
    /** Write channels. Scope: channel patterns. */
    CHANNEL_WRITE(true),
    /** Talk to devices. Scope: endpoint patterns such as {@code tcp:10.0.0.5:502}. */
    IO(true);

    private final boolean scoped;

    Capability(boolean scoped) {
        this.scoped = scoped;
    }

    /** Returns whether a grant of this capability carries patterns that say for which objects it holds. */
    public boolean isScoped() {
        return scoped;
    }

    /** Returns the word people write: lower case with a dash, for example {@code channel-read}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Finds the capability that people write as {@code word}; empty when there is none. */
    public static Optional<Capability> find(String word) {
        return Arrays.stream(values()).filter(c -> c.word().equals(word)).findFirst();
    }

    /** Returns all words, comma-separated, for error messages and help texts. */
    public static String words() {
        return Arrays.stream(values()).map(Capability::word).collect(Collectors.joining(", "));
    }
}
