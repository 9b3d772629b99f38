/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.spi.Stage;
import io.bascule.core.flow.definition.Fields;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Publishes readings on virtual channels. A reading of a device's channel goes to the channel of the same name behind the
 * prefix, because only a device's driver may speak for it; a reading of a virtual channel, such as a module's output, goes
 * where it says.
 */
final class PublishStage implements Stage {

    private static final int PREFIX_MAX = 64;

    private final ChannelRegistry registry;
    private final String prefix;
    private final Map<Long, Integer> targets = new HashMap<>();
    private final int[] lastTarget = {0, 0, 0};
    private byte[] records = new byte[0];

    private PublishStage(ChannelRegistry registry, String prefix) {
        this.registry = registry;
        this.prefix = prefix;
    }

    static Rule.Opener read(Fields config, ChannelRegistry registry) {
        String prefix = config.text("prefix", "", PREFIX_MAX);
        if (!prefix.isEmpty()) {
            try {
                Channel.requireName(prefix + "/x");
            } catch (IllegalArgumentException e) {
                config.wrong(
                        "prefix",
                        "'" + prefix
                                + "' is not valid; expected segments of letters, digits and . _ - separated by single"
                                + " slashes, for example 'line1/filtered'");
            }
        }
        return place -> new PublishStage(registry, prefix.isEmpty() ? place.flow() : prefix);
    }

    @Override
    public void accept(Batch batch) throws FlowException {
        Batch renamed = batch.isFixedOnly() ? rename(batch) : renameMixed(batch);
        int accepted = registry.publishVirtual(renamed);
        if (accepted < renamed.size()) {
            throw new FlowException((renamed.size() - accepted) + " of " + renamed.size()
                    + " readings were refused by the channel registry: unknown channel or wrong type");
        }
    }

    private Batch rename(Batch batch) throws FlowException {
        int size = batch.size();
        if (records.length < size * RecordLayout.RECORD_BYTES) {
            records = new byte[size * RecordLayout.RECORD_BYTES];
        }
        batch.copyRecords(0, size, records, 0);
        for (int i = 0; i < size; i++) {
            int target = target(batch.channel(i), batch.kind(i));
            RecordLayout.putI32(records, i * RecordLayout.RECORD_BYTES + RecordLayout.CHANNEL, target);
        }
        return Batch.ofRecords(records, 0, size);
    }

    private Batch renameMixed(Batch batch) throws FlowException {
        Batch.Builder builder = Batch.builder(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            Reading reading = batch.reading(i);
            int target = target(reading.channel(), reading.value().kind());
            builder.add(new Reading(target, reading.value(), reading.quality(), reading.timeNanos()));
        }
        return builder.build();
    }

    /** Batches mostly hold runs of one channel, so the last answer serves most readings without a look-up. */
    private int target(int handle, ValueKind kind) throws FlowException {
        if (lastTarget[0] == handle && lastTarget[1] == kind.code()) {
            return lastTarget[2];
        }
        long key = (long) handle << 8 | kind.code();
        Integer known = targets.get(key);
        if (known == null) {
            known = open(handle, kind);
            targets.put(key, known);
        }
        lastTarget[0] = handle;
        lastTarget[1] = kind.code();
        lastTarget[2] = known;
        return known;
    }

    private int open(int handle, ValueKind kind) throws FlowException {
        Optional<Channel> source = registry.find(handle);
        if (source.isEmpty()) {
            throw new FlowException("there is no channel with handle " + handle + "; the module that sent it must use a"
                    + " handle that the gateway gave it");
        }
        Channel channel = source.get();
        if (channel.device().equals(Channel.VIRTUAL_DEVICE)) {
            return handle;
        }
        try {
            return registry.openVirtual(prefix + "/" + channel.name(), kind, channel.unit())
                    .handle();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new FlowException("cannot publish '" + channel.name() + "': " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {}
}
