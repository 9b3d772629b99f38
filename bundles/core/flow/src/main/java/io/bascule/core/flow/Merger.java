/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.core.flow.definition.FlowDefinition.BatchRule;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Puts small batches together and cuts large ones. One batch that fits goes through as it is: copying happens only when
 * there is something to merge or cut. Confined to the worker.
 */
final class Merger {

    private final int sizeMax;
    private final long waitNanos;
    private final Deque<Batch> pending = new ArrayDeque<>();
    private int readings;
    private int offset;
    private long oldestNanos;

    Merger(BatchRule rule) {
        this.sizeMax = rule.sizeMax();
        this.waitNanos = rule.waitTime().toNanos();
    }

    void add(Batch batch, long nowNanos) {
        if (batch.isEmpty()) {
            return;
        }
        if (pending.isEmpty()) {
            oldestNanos = nowNanos;
        }
        pending.add(batch);
        readings += batch.size();
    }

    int size() {
        return readings;
    }

    /** Returns how many readings still fit into the batch that is being put together, at least 1. */
    int room() {
        return Math.max(1, sizeMax - readings);
    }

    /** Returns when what is pending must go, {@link Step#NO_TIMER} when nothing is. */
    long dueNanos() {
        return pending.isEmpty() ? Step.NO_TIMER : oldestNanos + waitNanos;
    }

    /** Returns whether a batch is full or has waited long enough. */
    boolean isDue(long nowNanos) {
        return readings >= sizeMax || (!pending.isEmpty() && nowNanos - oldestNanos >= waitNanos);
    }

    /** Takes the next batch of at most {@code limit} readings; there is one. */
    Batch take(int limit) {
        int count = Math.min(readings, Math.min(limit, sizeMax));
        Batch first = pending.element();
        int firstLeft = first.size() - offset;
        if (firstLeft >= count) {
            Batch part = first.slice(offset, count);
            advance(count);
            return part;
        }
        Batch.Builder builder = Batch.builder(count);
        while (builder.size() < count) {
            Batch next = pending.element();
            int part = Math.min(next.size() - offset, count - builder.size());
            builder.addAll(next.slice(offset, part));
            advance(part);
        }
        return builder.build();
    }

    private void advance(int count) {
        readings -= count;
        offset += count;
        if (offset == pending.element().size()) {
            pending.remove();
            offset = 0;
        }
    }
}
