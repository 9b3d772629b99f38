/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.spi.StageOutput;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Hands what a stage sends to the queues of the stages behind it. A batch is immutable, so all of them get the same one. */
final class Outlet implements StageOutput {

    private final List<BatchQueue> targets;
    private final StageCounters counters;
    private final LongAdder heldBackNanos = new LongAdder();

    Outlet(List<BatchQueue> targets, StageCounters counters) {
        this.targets = List.copyOf(targets);
        this.counters = counters;
    }

    @Override
    public void send(Batch batch) {
        if (batch.isEmpty()) {
            return;
        }
        counters.out.add(batch.size());
        put(batch);
    }

    @Override
    public void sendMessage(String topic, byte[] payload) {
        put(new Message(topic, payload));
    }

    void send(Message message) {
        put(message);
    }

    private void put(Object item) {
        for (BatchQueue target : targets) {
            long waited = target.put(item);
            if (waited > 0) {
                heldBackNanos.add(waited);
            }
        }
    }

    /** Returns how long senders were held back so far: not the stage's own work. */
    long heldBackNanos() {
        return heldBackNanos.sum();
    }
}
