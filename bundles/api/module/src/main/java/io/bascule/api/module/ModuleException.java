/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A module could not do what it was asked. The message names the module, what was expected and what to do. */
public class ModuleException extends Exception {

    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;

    /** A failure that trying again will not mend. */
    public ModuleException(String message) {
        this(message, null, null);
    }

    /** A failure that trying again will not mend, with what caused it. */
    public ModuleException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    /**
     * A failure that may pass.
     *
     * @param retryAfter how long to wait before the same call may succeed; null when it will not
     */
    public ModuleException(String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    /** Returns how long to wait before the same call may succeed; empty when it will not. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
