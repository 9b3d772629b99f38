/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.ValueKind;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Numbered readings, from their making to their arrival. Each channel counts its readings; a reading's source time says when
 * its batch was to be sent, so that a source that is held back makes nothing look younger. One thread makes batches, one lets
 * them arrive; figures are right when both have ended.
 */
final class SequenceRun {

    /** Readings of a batch. */
    static final int BATCH = 100;

    /** Channels that take turns within a batch. */
    static final int CHANNELS = 8;

    private final long paceNanos;
    private final int batchesMax;
    private final BitSet[] seen = new BitSet[CHANNELS];
    private final long[] highest = new long[CHANNELS];
    private final long[] made = new long[CHANNELS];
    private final long[] arrivedNanos;
    private volatile long startNanos;
    private volatile int batchesMade;
    private volatile long arrived;
    private long doubled;
    private long disordered;
    private long strange;

    /**
     * What became of the readings.
     *
     * @param made how many were sent
     * @param lost how many of them never arrived
     * @param doubled how many arrived again
     * @param disordered how many arrived after a later one of their channel
     * @param strange how many arrived that nobody had sent
     */
    record Account(long made, long lost, long doubled, long disordered, long strange) {}

    /**
     * Makes room for everything beforehand, so that a run does not grow.
     *
     * @param paceNanos time between two batches
     * @param batchesMax most batches
     */
    SequenceRun(long paceNanos, int batchesMax) {
        this.paceNanos = paceNanos;
        this.batchesMax = batchesMax;
        this.arrivedNanos = new long[batchesMax];
        Arrays.fill(highest, -1);
        Arrays.setAll(seen, i -> new BitSet(batchesMax * (BATCH / CHANNELS + 1)));
    }

    /** Begins now. */
    void start() {
        startNanos = System.nanoTime();
    }

    /** Returns when batch {@code number} is to be sent. */
    long dueNanos(int number) {
        return startNanos + number * paceNanos;
    }

    int batchesMade() {
        return batchesMade;
    }

    boolean isFull() {
        return batchesMade >= batchesMax;
    }

    /** Returns whether as many readings arrived as were made; when some were lost and others doubled, that may be wrong. */
    boolean hasAllArrived() {
        return arrived >= (long) batchesMade * BATCH;
    }

    /** Makes the next batch. */
    Batch next() {
        int number = batchesMade;
        long due = dueNanos(number);
        Batch.Builder builder = Batch.builder(BATCH);
        for (int i = 0; i < BATCH; i++) {
            int channel = i % CHANNELS;
            builder.add(1 + channel, ValueKind.I64, Quality.GOOD, due, made[channel]++);
        }
        batchesMade = number + 1;
        return builder.build();
    }

    /** Takes note of what arrives. */
    void accept(Batch batch, long nowNanos) {
        long start = startNanos;
        long before = arrived;
        for (int i = 0; i < batch.size(); i++) {
            int channel = batch.channel(i) - 1;
            long number = batch.valueBits(i);
            long offset = batch.timeNanos(i) - start;
            long source = offset / paceNanos;
            if (channel < 0
                    || channel >= CHANNELS
                    || number < 0
                    || number > Integer.MAX_VALUE
                    || offset % paceNanos != 0
                    || source < 0
                    || source >= batchesMade) {
                strange++;
                continue;
            }
            if (seen[channel].get((int) number)) {
                doubled++;
                continue;
            }
            seen[channel].set((int) number);
            if (number < highest[channel]) {
                disordered++;
            } else {
                highest[channel] = number;
            }
            arrivedNanos[(int) source] = nowNanos;
        }
        // One writer only.
        arrived = before + batch.size();
    }

    Account account() {
        long sent = Arrays.stream(made).sum();
        long lost = 0;
        for (int i = 0; i < CHANNELS; i++) {
            lost += made[i] - seen[i].get(0, (int) made[i]).cardinality();
        }
        return new Account(sent, lost, doubled, disordered, strange);
    }

    /**
     * Returns how long each batch that arrived within a window took from when it was to be sent, in nanoseconds and ascending
     * order.
     */
    long[] waits(Windows windows) {
        int count = batchesMade;
        long[] waits = new long[count];
        int found = 0;
        for (int i = 0; i < count; i++) {
            if (arrivedNanos[i] != 0 && windows.contains(arrivedNanos[i])) {
                waits[found++] = arrivedNanos[i] - dueNanos(i);
            }
        }
        waits = Arrays.copyOf(waits, found);
        Arrays.sort(waits);
        return waits;
    }

    /** Returns the longest time without an arrival, beyond the pace, that ended from {@code from} to {@code to}; 0 for none. */
    long longestGap(long from, long to) {
        long longest = 0;
        long before = 0;
        for (int i = 0; i < batchesMade; i++) {
            long at = arrivedNanos[i];
            if (at == 0) {
                continue;
            }
            if (before != 0 && at >= from && at <= to) {
                longest = Math.max(longest, at - before - paceNanos);
            }
            before = at;
        }
        return longest;
    }

    /** Stretches of time. */
    @FunctionalInterface
    interface Windows {
        boolean contains(long nanos);
    }

    /** Returns the value that {@code share} (0 to 1) of {@code ascending} do not exceed; 0 when there are none. */
    static long quantile(long[] ascending, double share) {
        if (ascending.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(ascending.length * share);
        return ascending[Math.max(0, Math.min(ascending.length, rank) - 1)];
    }
}
