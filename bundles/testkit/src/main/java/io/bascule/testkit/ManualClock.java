/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until a test moves it. */
public final class ManualClock extends Clock {

    /** Where a new clock stands: an instant that no test can mistake for now. */
    public static final Instant START = Instant.parse("2001-02-03T04:05:06Z");

    private volatile Instant now = START;

    /** Moves the clock, backwards too. */
    public synchronized void advance(Duration by) {
        now = now.plus(by);
    }

    /** Sets the clock. */
    public synchronized void set(Instant to) {
        now = to;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException(
                "the manual clock is in UTC; no code of the gateway needs another zone");
    }
}
