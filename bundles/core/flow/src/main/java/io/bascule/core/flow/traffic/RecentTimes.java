/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How long recent calls took, as a histogram with steps of at most a sixteenth. Two windows take turns, so that what is read
 * covers the last 10 to 20 seconds in which there were calls; while there are none the last ones stay. One thread writes, any
 * may read; nothing is allocated by either.
 */
final class RecentTimes {

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Sixteen steps for each power of two. */
    private static final int STEP_BITS = 4;

    private static final int STEPS = 1 << STEP_BITS;

    /** Longest time that is told apart: 2^40 ns, some 18 minutes. */
    private static final int POWER_MAX = 40;

    static final int BUCKETS = (POWER_MAX - STEP_BITS + 1) * STEPS;

    private final AtomicIntegerArray first = new AtomicIntegerArray(BUCKETS);
    private final AtomicIntegerArray second = new AtomicIntegerArray(BUCKETS);

    // Used by the writer only.
    private boolean isFirst = true;
    private boolean hasBegun;
    private long windowStart;

    void add(long nanos, long nowNanos) {
        if (!hasBegun || nowNanos - windowStart >= WINDOW_NANOS) {
            turn(nowNanos);
        }
        AtomicIntegerArray window = isFirst ? first : second;
        int bucket = bucket(nanos);
        window.lazySet(bucket, window.getPlain(bucket) + 1);
    }

    private void turn(long nowNanos) {
        if (hasBegun) {
            isFirst = !isFirst;
            AtomicIntegerArray next = isFirst ? first : second;
            for (int i = 0; i < BUCKETS; i++) {
                next.lazySet(i, 0);
            }
        }
        hasBegun = true;
        windowStart = nowNanos;
    }

    static int bucket(long nanos) {
        if (nanos < STEPS) {
            return (int) Math.max(0, nanos);
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
        if (power >= POWER_MAX) {
            return BUCKETS - 1;
        }
        int step = (int) (nanos >>> (power - STEP_BITS)) & (STEPS - 1);
        return (power - STEP_BITS + 1) * STEPS + step;
    }

    /** Returns the time that everything in {@code bucket} stays under. */
    static long limit(int bucket) {
        if (bucket < STEPS) {
            return bucket + 1L;
        }
        int power = bucket / STEPS + STEP_BITS - 1;
        long step = bucket % STEPS;
        return (STEPS + step + 1) << (power - STEP_BITS);
    }

    /** Adds both windows to {@code sums}. */
    void addTo(long[] sums) {
        for (int i = 0; i < BUCKETS; i++) {
            sums[i] += first.get(i) + (long) second.get(i);
        }
    }

    /** Returns the time that {@code percent} of the calls in {@code sums} stayed under; 0 when there are none. */
    static long percentile(long[] sums, int percent) {
        long total = 0;
        for (long sum : sums) {
            total += sum;
        }
        if (total == 0) {
            return 0;
        }
        long wanted = (total * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; i < sums.length; i++) {
            seen += sums[i];
            if (seen >= wanted) {
                return limit(i);
            }
        }
        return limit(BUCKETS - 1);
    }
}
