/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import java.util.concurrent.atomic.AtomicLongArray;

/** What one instance of a version did. Written by its stage's worker only, so that counting costs a store; read by any thread. */
public final class Tally {

    /** What is counted. */
    public enum Count {
        /** Batches and messages handed over. */
        CALLS(0),
        /** Readings handed over. */
        READINGS_IN(1),
        /** Readings that came out. */
        READINGS_OUT(2),
        /** Messages that came out. */
        MESSAGES_OUT(3),
        /** Alerts that came out. */
        ALERTS_OUT(4),
        /** Calls that failed. */
        FAULTS(5),
        /** Failed calls that the fallback took over. */
        FALLBACKS(6),
        /** Calls that took longer than allowed. */
        DEADLINE_MISSES(7),
        /** Batches whose outputs were compared. */
        COMPARED(8),
        /** Those that differed. */
        DIFFERENT(9);

        /** Where it stands among the counts. */
        final int at;

        Count(int at) {
            this.at = at;
        }
    }

    static final Count[] COUNTS = Count.values();

    final RecentTimes times = new RecentTimes();
    private final AtomicLongArray counts = new AtomicLongArray(COUNTS.length);
    private volatile String lastFault = "";

    /** Adds to a count. */
    public void add(Count count, long more) {
        if (more != 0) {
            int at = count.at;
            counts.lazySet(at, counts.getPlain(at) + more);
        }
    }

    /**
     * Counts a call that has ended.
     *
     * @param readings how many readings it was handed
     * @param nanos how long it took
     * @param nowNanos when it ended
     * @param deadlineNanos what is too long, 0 when nothing is
     */
    public void called(int readings, long nanos, long nowNanos, long deadlineNanos) {
        add(Count.CALLS, 1);
        add(Count.READINGS_IN, readings);
        times.add(nanos, nowNanos);
        if (deadlineNanos > 0 && nanos > deadlineNanos) {
            add(Count.DEADLINE_MISSES, 1);
        }
    }

    /** Counts a failure and keeps what it said. */
    public void failed(Throwable cause) {
        add(Count.FAULTS, 1);
        String message = cause.getMessage();
        lastFault = message == null || message.isBlank() ? cause.toString() : message;
    }

    long get(Count count) {
        return counts.get(count.at);
    }

    String lastFault() {
        return lastFault;
    }
}
