/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt: twice as long each time up to a limit, less up to a quarter by chance, so that many
 * devices behind one switch do not come back in step. Confined to a lane.
 */
final class BackOff {

    private static final double JITTER = 0.25;
    private static final int SHIFT_MAX = 30;

    private final long minNanos;
    private final long maxNanos;
    private final DoubleSupplier chance;
    private int failures;

    /**
     * Starts without failures.
     *
     * @param chance gives numbers from 0 (inclusive) to 1 (exclusive)
     */
    BackOff(Duration min, Duration max, DoubleSupplier chance) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.chance = chance;
    }

    /** Counts a failure and returns how long to wait, in nanoseconds. */
    long failed() {
        int shift = Math.min(failures, SHIFT_MAX);
        failures++;
        long wait = minNanos > maxNanos >> shift ? maxNanos : minNanos << shift;
        return Math.round(wait * (1 - JITTER * chance.getAsDouble()));
    }

    /** Returns how many failures there were since the last success. */
    int failures() {
        return failures;
    }

    void succeeded() {
        failures = 0;
    }
}
