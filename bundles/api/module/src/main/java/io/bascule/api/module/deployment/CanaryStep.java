/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import java.time.Duration;

/**
 * A step of a canary: the new versions get a share of the traffic for a time, before they get all of it.
 *
 * @param percent their share, 0 to 99; 0 is a shadow: they get a copy of everything and their outputs are compared and dropped
 * @param duration how long
 */
public record CanaryStep(int percent, Duration duration) {

    /** Most steps of a canary. */
    public static final int STEPS_MAX = 16;

    /** Checks the ranges. */
    public CanaryStep {
        if (percent < 0 || percent > 99) {
            throw new IllegalArgumentException("canary share " + percent + " % is not valid; expected 0 to 99");
        }
        if (duration.isNegative() || duration.isZero() || duration.compareTo(TrialRules.DURATION_MAX) > 0) {
            throw new IllegalArgumentException("canary step of " + duration
                    + " is not valid; expected more than 0, at most " + TrialRules.DURATION_MAX);
        }
    }
}
