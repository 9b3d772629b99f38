/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import java.time.Duration;

/**
 * The limits in force.
 *
 * @param ready how long a module may take to get ready
 * @param operation how long the rest of an operation may take
 * @param artefactBytesMax largest artefact
 * @param generationsMax how many generations are retained
 * @param artefactsBytesMax most bytes that the artefacts of retained generations take
 * @param historyMax how many ended deployments are remembered
 */
record LifecycleLimits(
        Duration ready,
        Duration operation,
        long artefactBytesMax,
        int generationsMax,
        long artefactsBytesMax,
        int historyMax) {

    /** Reads and checks the configuration. */
    static LifecycleLimits of(LifecycleConfig config) {
        return new LifecycleLimits(
                Duration.ofMillis(inRange("startTimeoutMillis", config.startTimeoutMillis(), 100, 3_600_000)),
                Duration.ofMillis(inRange("operationTimeoutMillis", config.operationTimeoutMillis(), 100, 3_600_000)),
                inRange("artefactBytesMax", config.artefactBytesMax(), 1024, 1L << 30),
                (int) inRange("generationsMax", config.generationsMax(), 2, 1000),
                inRange("artefactsBytesMax", config.artefactsBytesMax(), 1L << 20, 1L << 40),
                (int) inRange("historyMax", config.historyMax(), 100, 1_000_000));
    }

    private static long inRange(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("configuration " + LifecycleConfig.PID + ": " + key + " is " + value
                    + "; expected " + min + " to " + max);
        }
        return value;
    }
}
