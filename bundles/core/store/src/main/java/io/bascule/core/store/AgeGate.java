/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether the gateway's clock can be trusted to judge age. A clock that jumped would make good readings look old, so after a
 * jump nothing is removed by age until a day has passed; the limit of bytes holds all the time. Used by one thread.
 */
final class AgeGate {

    static final Duration JUMP = Duration.ofHours(1);
    static final Duration HOLD = Duration.ofDays(1);

    private final InstantSource clock;
    private final LongSupplier nanos;
    private long lastMillis;
    private long lastNanos;
    private long heldUntil;

    AgeGate(InstantSource clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        lastMillis = clock.millis();
        lastNanos = nanos.getAsLong();
        heldUntil = lastNanos;
    }

    /** Tells the source time of the reading stored last: a clock far from it may be wrong. */
    void started(long newestNanos) {
        long apart = Math.abs(clock.millis() - TimeUnit.NANOSECONDS.toMillis(newestNanos));
        if (apart > HOLD.toMillis()) {
            hold();
        }
    }

    /** Returns whether age may be judged now. */
    boolean isOpen() {
        long millis = clock.millis();
        long now = nanos.getAsLong();
        long drift = (millis - lastMillis) - TimeUnit.NANOSECONDS.toMillis(now - lastNanos);
        lastMillis = millis;
        lastNanos = now;
        if (Math.abs(drift) > JUMP.toMillis()) {
            hold();
        }
        return now - heldUntil >= 0;
    }

    private void hold() {
        heldUntil = nanos.getAsLong() + HOLD.toNanos();
    }
}
