/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.time.Duration;

/** The end of the time that a call may take, by the monotonic clock: a change of the date does not move it. Immutable. */
public final class Deadline {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long endNanoTime;

    private Deadline(long endNanoTime) {
        this.endNanoTime = endNanoTime;
    }

    /** Returns the deadline that is {@code time} from now. */
    public static Deadline after(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** Returns what is left in nanoseconds; 0 when it is over. */
    public long remainingNanos() {
        return Math.max(0, endNanoTime - System.nanoTime());
    }

    /** Returns what is left in whole milliseconds, rounded up, so that a wait for it is not too short; 0 when it is over. */
    public int remainingMillis() {
        return (int) Math.min(Integer.MAX_VALUE, (remainingNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }

    /** Returns whether the time is over. */
    public boolean isOver() {
        return remainingNanos() == 0;
    }

    /** Returns the earlier of this deadline and the one that is {@code time} from now. */
    public Deadline atMost(Duration time) {
        Deadline other = after(time);
        return other.endNanoTime - endNanoTime < 0 ? other : this;
    }
}
