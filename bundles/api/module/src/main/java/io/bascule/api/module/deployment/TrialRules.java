/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import java.time.Duration;

/**
 * What a new version must show before it is kept. The same rules hold during the trial and during each step of a canary.
 *
 * @param duration how long the trial lasts; zero for none
 * @param faultsMax most calls of the new version that may fail; 0 and up
 * @param deadline a call should take no longer; zero when no deadline holds
 * @param deadlineMissesMax most calls that may take longer; 0 and up
 * @param latencyFactorMax how many times the old version's p95 the new one's may be; differences below one millisecond are
 *     never held against it; 0 when latency is not compared
 * @param outputRatioMin least readings out per reading in, relative to the old version's; 0 when output is not compared
 * @param shadowDifferentMax most batches in which a shadowed candidate's output may differ; 0 and up
 */
public record TrialRules(
        Duration duration,
        long faultsMax,
        Duration deadline,
        long deadlineMissesMax,
        double latencyFactorMax,
        double outputRatioMin,
        long shadowDifferentMax) {

    /** Longest trial. */
    public static final Duration DURATION_MAX = Duration.ofDays(7);

    /** What holds when a deployment says nothing: half a minute without a fault. */
    public static final TrialRules DEFAULT =
            new TrialRules(Duration.ofSeconds(30), 0, Duration.ofMillis(500), 3, 4.0, 0.5, 0);

    /** Checks the ranges. */
    public TrialRules {
        if (duration.isNegative() || duration.compareTo(DURATION_MAX) > 0) {
            throw new IllegalArgumentException(
                    "trial duration " + duration + " is not valid; expected 0 to " + DURATION_MAX);
        }
        if (deadline.isNegative() || faultsMax < 0 || deadlineMissesMax < 0 || shadowDifferentMax < 0) {
            throw new IllegalArgumentException("trial rules with a negative limit are not valid: deadline " + deadline
                    + ", faultsMax " + faultsMax + ", deadlineMissesMax " + deadlineMissesMax + ", shadowDifferentMax "
                    + shadowDifferentMax);
        }
        if (!(latencyFactorMax >= 0) || !(outputRatioMin >= 0)) {
            throw new IllegalArgumentException("trial rules need numbers from 0: latencyFactorMax " + latencyFactorMax
                    + ", outputRatioMin " + outputRatioMin);
        }
    }

    /** Returns these rules with another duration. */
    public TrialRules lasting(Duration other) {
        return new TrialRules(
                other, faultsMax, deadline, deadlineMissesMax, latencyFactorMax, outputRatioMin, shadowDifferentMax);
    }
}
