/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;

/** A step failed; the message says which module, what was expected and what it got. */
final class DeploymentFailure extends ModuleException {

    private static final long serialVersionUID = 1L;

    private final boolean isCancellation;

    DeploymentFailure(String message) {
        this(message, null, false);
    }

    DeploymentFailure(String message, Throwable cause) {
        this(message, cause, false);
    }

    private DeploymentFailure(String message, @org.jspecify.annotations.Nullable Throwable cause, boolean cancelled) {
        super(message, cause);
        this.isCancellation = cancelled;
    }

    static DeploymentFailure cancelled() {
        return new DeploymentFailure("cancelled", null, true);
    }

    boolean isCancellation() {
        return isCancellation;
    }
}
