/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.driver.ReadPlan;

/** A scan group of one device at work. Confined to a lane but for the clock's and the sink's figures. */
final class GroupScan {

    private final ScanClock clock;
    private final ReadPlan plan;
    private final ScanSink sink;
    private final long staleNanos;
    /** Whether the device has more for us than it could say at once. */
    private boolean hasMore;

    GroupScan(ScanClock clock, ReadPlan plan, ScanSink sink, long staleNanos) {
        this.clock = clock;
        this.plan = plan;
        this.sink = sink;
        this.staleNanos = staleNanos;
    }

    ScanClock clock() {
        return clock;
    }

    ReadPlan plan() {
        return plan;
    }

    ScanSink sink() {
        return sink;
    }

    long staleNanos() {
        return staleNanos;
    }

    boolean hasMore() {
        return hasMore;
    }

    void setMore(boolean more) {
        hasMore = more;
    }

    boolean isDue(long now) {
        return hasMore || clock.due() - now <= 0;
    }
}
