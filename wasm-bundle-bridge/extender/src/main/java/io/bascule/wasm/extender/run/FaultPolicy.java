/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import java.time.Duration;

/**
 * What happens after faults.
 *
 * @param backOffFirst how long an instance rests after its first fault, 1 ms to 1 h; doubled with each that follows soon
 * @param backOffMax longest rest
 * @param faultsMax so many faults of a module within {@code window} and it is faulted for good, 1 to 1000
 * @param window the time in which faults add up
 * @param snapshotInterval how often state is taken for the case of a fault; zero for never
 */
public record FaultPolicy(
        Duration backOffFirst, Duration backOffMax, int faultsMax, Duration window, Duration snapshotInterval) {

    private static final int DOUBLINGS_MAX = 20;

    /** Five faults within a minute. */
    public static final FaultPolicy DEFAULT = new FaultPolicy(
            Duration.ofMillis(100), Duration.ofSeconds(30), 5, Duration.ofMinutes(1), Duration.ofSeconds(10));

    /** Checks the ranges. */
    public FaultPolicy {
        if (backOffFirst.toMillis() < 1 || backOffMax.compareTo(backOffFirst) < 0) {
            throw new IllegalArgumentException("back-off from " + backOffFirst + " to " + backOffMax
                    + "; expected at least 1 ms and the longest not below the first");
        }
        if (faultsMax < 1 || faultsMax > 1000 || window.isNegative() || snapshotInterval.isNegative()) {
            throw new IllegalArgumentException("at most " + faultsMax + " faults within " + window + ", snapshot every "
                    + snapshotInterval + "; expected 1 to 1000 and no negative times");
        }
    }

    /** Returns the rest after the given number of failed starts in a row, 1 and up. */
    public Duration backOffAfter(int failures) {
        return backOff(Math.max(1, failures));
    }

    /** Returns the rest after the given number of faults in a row, 1 and up. */
    Duration backOff(int faultsInARow) {
        Duration doubled = backOffFirst.multipliedBy(1L << Math.min(faultsInARow - 1, DOUBLINGS_MAX));
        return doubled.compareTo(backOffMax) > 0 ? backOffMax : doubled;
    }
}
