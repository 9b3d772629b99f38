/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import java.util.Locale;

/** How a deployment ended. Only {@link #COMMITTED} changed what is current. */
public enum Outcome {
    /** The new generation is current and passed its trial. */
    COMMITTED,
    /** It failed before anything was routed; the generation before was never left. */
    FAILED,
    /** It failed after the switch; the generation before is back. */
    ROLLED_BACK,
    /** A person ended it; the generation before is current. */
    CANCELLED,
    /** The gateway stopped while it ran; at the next start the generation before was current. */
    INTERRUPTED;

    /** Returns the word people read: lower case with a dash, for example {@code rolled-back}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
