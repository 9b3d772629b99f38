/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.driver.ScanFigures;
import java.util.Arrays;

/**
 * When the next scan of a group is due, and how punctual the last ones were. Scans lie on a grid, so being late once does not move
 * the later ones; a point of the grid that has gone by is left out and counted. Times are those of the monotonic clock. A lane
 * moves it, any thread may read the figures.
 */
final class ScanClock {

    private static final int WINDOW = 512;
    private static final double PERCENTILE = 0.99;

    private final String group;
    private final long periodNanos;
    private final int channels;
    private final int requestsMax;

    @GuardedBy("this")
    private final long[] starts = new long[WINDOW];

    @GuardedBy("this")
    private final long[] jitters = new long[WINDOW];

    @GuardedBy("this")
    private long due;

    @GuardedBy("this")
    private long scans;

    @GuardedBy("this")
    private long overruns;

    @GuardedBy("this")
    private long skipped;

    @GuardedBy("this")
    private long durationLast;

    @GuardedBy("this")
    private long began;

    /**
     * Makes a clock that is due at the first point of its grid after {@code now}.
     *
     * @param phaseNanos where the grid lies, so that devices of the same period do not scan in step
     */
    ScanClock(String group, long periodNanos, int channels, int requestsMax, long phaseNanos, long now) {
        this.group = group;
        this.periodNanos = periodNanos;
        this.channels = channels;
        this.requestsMax = requestsMax;
        this.due = now + Math.floorMod(phaseNanos - now, periodNanos);
    }

    synchronized long due() {
        return due;
    }

    /** Drops what is overdue without counting it: the device was away. */
    synchronized void restart(long now) {
        if (due < now) {
            due += (now - due + periodNanos - 1) / periodNanos * periodNanos;
        }
    }

    synchronized void begin(long now) {
        int slot = (int) (scans % WINDOW);
        starts[slot] = now;
        jitters[slot] = Math.max(0, now - due);
        scans++;
        began = now;
    }

    synchronized void end(long now) {
        durationLast = now - began;
        due += periodNanos;
        if (durationLast > periodNanos) {
            overruns++;
        }
        if (due <= now - periodNanos) {
            long late = (now - due) / periodNanos;
            skipped += late;
            due += late * periodNanos;
        }
    }

    synchronized ScanFigures figures() {
        int count = (int) Math.min(scans, WINDOW);
        long[] sorted = Arrays.copyOf(jitters, count);
        Arrays.sort(sorted);
        int last = (int) ((scans - 1 + WINDOW) % WINDOW);
        int first = scans <= WINDOW ? 0 : (int) (scans % WINDOW);
        double seconds = count < 2 ? 0 : (starts[last] - starts[first]) / 1e9;
        return new ScanFigures(
                group,
                periodNanos,
                channels,
                requestsMax,
                scans,
                overruns,
                skipped,
                seconds > 0 ? (count - 1) / seconds : 0,
                count == 0 ? 0 : jitters[last],
                count == 0 ? 0 : sorted[(int) Math.ceil(PERCENTILE * count) - 1],
                durationLast);
    }
}
