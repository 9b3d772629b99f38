/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.module.traffic.VersionTraffic;
import io.bascule.core.flow.traffic.Tally.Count;
import java.util.ArrayList;
import java.util.List;

/** What a version did over all stages and since it was first routed. Safe for use by any thread. */
public final class VersionFigures {

    private final String version;

    @GuardedBy("this")
    private final List<Tally> open = new ArrayList<>();

    /** What instances did that are closed. */
    @GuardedBy("this")
    private final long[] closed = new long[Tally.COUNTS.length];

    @GuardedBy("this")
    private String lastFault = "";

    /** Starts with nothing. */
    public VersionFigures(String version) {
        this.version = version;
    }

    /** Starts counting for an instance. */
    public synchronized void add(Tally tally) {
        open.add(tally);
    }

    /** Keeps what a closed instance did. */
    public synchronized void retire(Tally tally) {
        if (open.remove(tally)) {
            for (Count count : Tally.COUNTS) {
                closed[count.at] += tally.get(count);
            }
            lastFault = tally.lastFault().isEmpty() ? lastFault : tally.lastFault();
        }
    }

    /** Returns whether it has an instance. */
    public synchronized boolean isLive() {
        return !open.isEmpty();
    }

    /** Returns the figures as they are now. */
    public synchronized VersionTraffic read() {
        long[] sums = closed.clone();
        long[] times = new long[RecentTimes.BUCKETS];
        String fault = lastFault;
        for (Tally tally : open) {
            for (Count count : Tally.COUNTS) {
                sums[count.at] += tally.get(count);
            }
            tally.times.addTo(times);
            fault = tally.lastFault().isEmpty() ? fault : tally.lastFault();
        }
        return new VersionTraffic(
                version,
                open.size(),
                sums[Count.CALLS.at],
                sums[Count.READINGS_IN.at],
                sums[Count.READINGS_OUT.at],
                sums[Count.MESSAGES_OUT.at],
                sums[Count.ALERTS_OUT.at],
                sums[Count.FAULTS.at],
                sums[Count.FALLBACKS.at],
                sums[Count.DEADLINE_MISSES.at],
                RecentTimes.percentile(times, 50),
                RecentTimes.percentile(times, 95),
                sums[Count.COMPARED.at],
                sums[Count.DIFFERENT.at],
                fault);
    }
}
