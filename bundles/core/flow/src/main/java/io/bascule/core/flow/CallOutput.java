/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.module.spi.Output;
import io.bascule.core.flow.traffic.OutputComparison;
import io.bascule.core.flow.traffic.Tally;
import io.bascule.core.flow.traffic.Tally.Count;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an instance sends: kept until its call has ended, then released or thrown away as a whole. So a failed call leaves
 * nothing behind even when its module sends as it works, and a shadow's outputs go nowhere. Written by the thread that makes
 * the instance, then by the worker.
 */
final class CallOutput implements Output {

    /** Most outputs of one call. */
    static final int ITEMS_MAX = Batch.SIZE_MAX;

    private static final int ITEMS_FIRST = 16;

    private final Outlet outlet;
    private final AlertRegistry alerts;
    private final StageCounters counters;
    private final Tally tally;
    private final Tagger tagger;
    private @Nullable Object[] items = new @Nullable Object[ITEMS_FIRST];
    private int count;
    private volatile Thread user = Thread.currentThread();
    private volatile boolean isOpen;

    CallOutput(Outlet outlet, AlertRegistry alerts, StageCounters counters, Tally tally, Tagger tagger) {
        this.outlet = outlet;
        this.alerts = alerts;
        this.counters = counters;
        this.tally = tally;
        this.tagger = tagger;
    }

    /** Says who uses the instance from now on, and whether what it sends outside of calls goes anywhere. */
    void install(Thread worker, boolean isOpenNow) {
        user = worker;
        isOpen = isOpenNow;
    }

    @Override
    public void readings(Batch batch) {
        if (!batch.isEmpty()) {
            take(batch);
        }
    }

    @Override
    public void message(String topic, byte[] payload) {
        take(new Message(topic, payload));
    }

    @Override
    public void alert(Alert alert) {
        take(alert);
    }

    private void take(Object item) {
        if (Thread.currentThread() != user) {
            // Nothing that a call made: a native module's own thread. It belongs to no batch, so nothing can take it
            // back.
            if (isOpen) {
                send(item);
            }
            return;
        }
        if (count == items.length) {
            if (count >= ITEMS_MAX) {
                throw new IllegalStateException(
                        "more than " + ITEMS_MAX + " outputs in one call; send readings in larger" + " batches");
            }
            items = Arrays.copyOf(items, count * 2);
        }
        items[count] = item;
        count++;
    }

    /** Counts what the call sent; the call went well. */
    void tally() {
        for (int i = 0; i < count; i++) {
            Object item = items[i];
            if (item instanceof Batch batch) {
                tally.add(Count.READINGS_OUT, batch.size());
            } else {
                tally.add(item instanceof Message ? Count.MESSAGES_OUT : Count.ALERTS_OUT, 1);
            }
        }
    }

    /** Lets out what the call sent. May block as back-pressure. */
    void release() {
        for (int i = 0; i < count; i++) {
            Object item = items[i];
            if (item != null) {
                send(item);
            }
        }
    }

    private void send(Object item) {
        Object tagged = tagger.tag(item);
        if (tagged instanceof Batch batch) {
            outlet.send(batch);
        } else if (tagged instanceof Message message) {
            outlet.send(message);
        } else if (tagged instanceof Alert alert) {
            try {
                alerts.raise(alert);
            } catch (RuntimeException e) {
                // Not the call's fault, and the rest of its outputs must leave.
                counters.fault(e);
            }
        }
    }

    /** Forgets what the call sent. */
    void clear() {
        Arrays.fill(items, 0, count, null);
        count = 0;
        if (items.length > ITEMS_FIRST * ITEMS_FIRST) {
            items = new @Nullable Object[ITEMS_FIRST];
        }
    }

    /** Returns whether the call of {@code candidate} sent the same, in the order of each kind. */
    boolean isAlike(CallOutput candidate, OutputComparison comparison) {
        return comparison.isAlike(items, count, candidate.items, candidate.count)
                && Arrays.equals(others(), candidate.others(), CallOutput::compare);
    }

    private Object[] others() {
        return Arrays.stream(items, 0, count)
                .filter(item -> item instanceof Message || item instanceof Alert)
                .toArray();
    }

    /** Returns 0 for the same message or alert. */
    private static int compare(Object one, Object other) {
        boolean isSame = (one instanceof Message first && other instanceof Message second)
                ? first.topic.equals(second.topic) && Arrays.equals(first.payload, second.payload)
                : one.equals(other);
        return isSame ? 0 : 1;
    }
}
