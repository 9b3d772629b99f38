/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do, with a bound. */
public final class Await {

    /** How long to wait before the test fails: long enough for a loaded machine, never the normal case. */
    public static final Duration BOUND = Duration.ofSeconds(60);

    private static final long POLL_NANOS = 500_000;

    private Await() {}

    /**
     * Returns once {@code condition} holds.
     *
     * @throws AssertionError when it does not hold in time; the message says {@code what} was waited for
     */
    public static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + BOUND.toSeconds() + " s in vain for: " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
