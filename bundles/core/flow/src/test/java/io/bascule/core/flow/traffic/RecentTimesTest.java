/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecentTimesTest {

    private final RecentTimes times = new RecentTimes();

    private long percentile(int percent) {
        long[] sums = new long[RecentTimes.BUCKETS];
        times.addTo(sums);
        return RecentTimes.percentile(sums, percent);
    }

    @Test
    void tellsEveryTimeWithinATenth() {
        for (long nanos = 1; nanos < 1L << 39; nanos += 1 + nanos / 37) {
            long limit = RecentTimes.limit(RecentTimes.bucket(nanos));
            assertTrue(limit > nanos, nanos + " stays under " + limit);
            assertTrue(nanos < 16 || limit <= nanos * 1.1, limit + " is too far from " + nanos);
        }
        assertEquals(RecentTimes.BUCKETS - 1, RecentTimes.bucket(Long.MAX_VALUE));
        assertEquals(0, RecentTimes.bucket(-5));
    }

    @Test
    void findsTheTimesThatHalfAndNineteenOfTwentyStayUnder() {
        for (int i = 1; i <= 1000; i++) {
            times.add(i * 1000L, 0);
        }

        assertTrue(percentile(50) >= 500_000 && percentile(50) <= 550_000, "p50 " + percentile(50));
        assertTrue(percentile(95) >= 950_000 && percentile(95) <= 1_045_000, "p95 " + percentile(95));
    }

    @Test
    void saysNothingWhileThereWereNoCalls() {
        assertEquals(0, percentile(50));
    }

    @Test
    void forgetsWhatIsOlderThanTwoWindows() {
        long second = TimeUnit.SECONDS.toNanos(1);
        times.add(1_000_000, 0);
        times.add(10, 11 * second);
        assertTrue(percentile(100) > 1_000_000, "the window before still counts");

        times.add(10, 22 * second);

        assertEquals(11, percentile(100));
    }
}
