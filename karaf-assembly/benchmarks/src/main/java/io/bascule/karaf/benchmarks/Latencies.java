/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts of durations in buckets that grow with the duration: each is at most 1/16 wider than the one before it, so a figure
 * read from it is at most that much too large. Durations are in nanoseconds.
 */
final class Latencies {

    private static final int STEPS_BITS = 4;
    private static final int STEPS = 1 << STEPS_BITS;
    private static final int BUCKETS = Long.SIZE * STEPS;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    void add(long nanos) {
        counts.incrementAndGet(bucket(Math.max(0, nanos)));
    }

    private static int bucket(long nanos) {
        if (nanos < STEPS) {
            return (int) nanos;
        }
        int magnitude = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - STEPS_BITS;
        return (magnitude + 1) * STEPS + (int) (nanos >>> magnitude) - STEPS;
    }

    private static long upperEdge(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        int magnitude = bucket / STEPS - 1;
        return ((long) (bucket % STEPS + STEPS + 1) << magnitude) - 1;
    }

    /** Writes the buckets that hold something, separated by commas: {@code bucket=count}. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < BUCKETS; i++) {
            long count = counts.get(i);
            if (count > 0) {
                text.append(text.length() == 0 ? "" : ",").append(i).append('=').append(count);
            }
        }
        return text.toString();
    }

    static Latencies parse(String text) {
        Latencies latencies = new Latencies();
        for (String entry : text.split(",", -1)) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                latencies.counts.set(
                        Integer.parseInt(entry.substring(0, equals)), Long.parseLong(entry.substring(equals + 1)));
            }
        }
        return latencies;
    }

    /** Returns what came after {@code earlier}. */
    Latencies since(Latencies earlier) {
        Latencies rest = new Latencies();
        for (int i = 0; i < BUCKETS; i++) {
            rest.counts.set(i, counts.get(i) - earlier.counts.get(i));
        }
        return rest;
    }

    /** Returns the duration that {@code share} (0 to 1) of all do not exceed; 0 when there are none. */
    long quantile(double share) {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += counts.get(i);
        }
        long wanted = (long) Math.ceil(total * share);
        long seen = 0;
        for (int i = 0; i < BUCKETS && total > 0; i++) {
            seen += counts.get(i);
            if (seen >= wanted && counts.get(i) > 0) {
                return upperEdge(i);
            }
        }
        return 0;
    }
}
