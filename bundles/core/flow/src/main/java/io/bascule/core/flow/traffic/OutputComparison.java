/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ValueKind;
import org.jspecify.annotations.Nullable;

/**
 * Whether two versions answered a batch alike: the same readings in the same order, whatever batches they came in, with
 * channel, kind and quality equal and numbers within a tolerance relative to the active version's. Times are not compared.
 */
public final class OutputComparison {

    private final double tolerance;

    /** Compares with {@code tolerance}, 0 and up. */
    public OutputComparison(double tolerance) {
        this.tolerance = tolerance;
    }

    /** Walks through the readings of the batches among the items, one after the other. */
    private static final class Cursor {
        private final @Nullable Object[] items;
        private final int count;
        private int item = -1;
        private int index;
        private Batch batch = Batch.EMPTY;

        Cursor(@Nullable Object[] items, int count) {
            this.items = items;
            this.count = count;
        }

        boolean next() {
            index++;
            while (index >= batch.size()) {
                item++;
                if (item >= count) {
                    return false;
                }
                if (items[item] instanceof Batch next) {
                    batch = next;
                    index = 0;
                }
            }
            return true;
        }
    }

    /** Returns whether the readings among the first items of both are alike. */
    public boolean isAlike(
            @Nullable Object[] active, int activeCount, @Nullable Object[] candidate, int candidateCount) {
        Cursor one = new Cursor(active, activeCount);
        Cursor other = new Cursor(candidate, candidateCount);
        while (one.next()) {
            if (!other.next() || !isAlike(one.batch, one.index, other.batch, other.index)) {
                return false;
            }
        }
        return !other.next();
    }

    private boolean isAlike(Batch active, int i, Batch candidate, int j) {
        ValueKind kind = active.kind(i);
        return active.channel(i) == candidate.channel(j)
                && kind == candidate.kind(j)
                && active.quality(i).equals(candidate.quality(j))
                && switch (kind) {
                    case F64 -> isAlike(active.asDouble(i), candidate.asDouble(j));
                    case I64 ->
                        active.valueBits(i) == candidate.valueBits(j)
                                || (tolerance > 0 && isAlike(active.asDouble(i), candidate.asDouble(j)));
                    case BOOL -> active.valueBits(i) == candidate.valueBits(j);
                    case TEXT, BYTES -> active.value(i).equals(candidate.value(j));
                };
    }

    private boolean isAlike(double active, double candidate) {
        return active == candidate
                || (Double.isNaN(active) && Double.isNaN(candidate))
                || (Math.abs(active - candidate) <= tolerance * Math.abs(active) && !Double.isInfinite(active));
    }
}
