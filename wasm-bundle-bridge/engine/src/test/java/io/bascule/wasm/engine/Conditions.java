/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions, with a bound. */
public final class Conditions {

    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

    private Conditions() {}

    /** Returns when {@code condition} holds; fails when it does not within {@code limit}. */
    public static void await(Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("condition not met within " + limit);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
