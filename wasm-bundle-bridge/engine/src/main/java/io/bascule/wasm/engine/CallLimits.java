/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.time.Duration;

/**
 * What one call into a guest may use, host functions included; it also bounds the start section.
 *
 * @param fuel how many calls and backward branches; also charged for bulk memory instructions, one per 64 bytes. Above 0.
 *     The same module and input use the same fuel on every machine.
 * @param deadline wall-clock time, 1 ms to 1 h; a coarse second net, for host functions and slow machines
 */
public record CallLimits(long fuel, Duration deadline) {

    /** 50 million units and one second: some 100 ms of pure computing on a small gateway. */
    public static final CallLimits DEFAULT = new CallLimits(50_000_000, Duration.ofSeconds(1));

    /** Checks the ranges. */
    public CallLimits {
        if (fuel <= 0) {
            throw new IllegalArgumentException("fuel per call is " + fuel + "; expected 1 or more");
        }
        if (deadline.compareTo(Duration.ofMillis(1)) < 0 || deadline.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("deadline per call is " + deadline + "; expected 1 ms to 1 h");
        }
    }
}
