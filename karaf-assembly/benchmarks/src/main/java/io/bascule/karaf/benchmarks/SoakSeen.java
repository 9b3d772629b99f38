/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ValueKind;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts, beside the flows, what the channel registry publishes: how many readings of each channel, and the highest number of those that
 * are good and whole numbers. A channel has one publisher at a time.
 */
final class SoakSeen implements ChannelRegistry.BatchListener {

    /** How keys of counts and of highest numbers begin; the channel's name follows. */
    static final String COUNT = "seen.";

    static final String HIGHEST = "highest.";

    private static final int HANDLES_MAX = 4096;

    private final ChannelRegistry registry;
    private final AtomicLongArray counts = new AtomicLongArray(HANDLES_MAX);
    /** One more than the number, so that 0 is none. */
    private final AtomicLongArray highest = new AtomicLongArray(HANDLES_MAX);

    SoakSeen(ChannelRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void onBatch(Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            int handle = batch.channel(i);
            counts.incrementAndGet(handle);
            if (batch.kind(i) == ValueKind.I64 && batch.isGood(i)) {
                long number = batch.valueBits(i) + 1;
                highest.accumulateAndGet(handle, number, Math::max);
            }
        }
    }

    void put(Properties figures) {
        for (int handle = 1; handle < HANDLES_MAX; handle++) {
            long count = counts.get(handle);
            if (count > 0) {
                String name = registry.find(handle).map(Channel::name).orElse("unknown-" + handle);
                figures.setProperty(COUNT + name, Long.toString(count));
                figures.setProperty(HIGHEST + name, Long.toString(highest.get(handle) - 1));
            }
        }
    }
}
