/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until a test moves it. */
public final class ManualClock extends Clock {

    /** Where a new clock stands: an instant that no test can mistake for now. */
    public static final Instant START = Instant.parse("2001-02-03T04:05:06Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);

    /** Moves the clock, backwards too. */
    public void advance(Duration by) {
        now.updateAndGet(at -> at.plus(by));
    }

    /** Sets the clock. */
    public void set(Instant to) {
        now.set(to);
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("the manual clock is in UTC; no code of the gateway needs another zone");
    }
}
