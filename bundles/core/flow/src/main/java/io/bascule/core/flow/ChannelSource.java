/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.core.flow.definition.FlowDefinition.Channels;
import org.jspecify.annotations.Nullable;

/** Brings in the readings of channels. */
final class ChannelSource implements Stage {

    private final ChannelRegistry registry;
    private final Channels channels;
    private final StageOutput output;
    private volatile ChannelRegistry.@Nullable Subscription subscription;

    ChannelSource(ChannelRegistry registry, Channels channels, StageOutput output) {
        this.registry = registry;
        this.channels = channels;
        this.output = output;
    }

    @Override
    public void start() {
        subscription = registry.subscribe(channels.patterns(), output::send);
    }

    @Override
    public void quiesce() {
        close();
    }

    @Override
    public void accept(Batch batch) {
        throw new IllegalStateException("a source takes no batches");
    }

    @Override
    public void close() {
        ChannelRegistry.Subscription open = subscription;
        if (open != null) {
            open.close();
        }
    }
}
