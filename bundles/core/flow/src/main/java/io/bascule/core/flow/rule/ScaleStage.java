/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.api.security.NamePattern;
import io.bascule.core.flow.definition.Fields;
import java.util.List;

/**
 * Computes {@code value * factor + offset}. Doubles stay doubles and whole numbers become doubles; bool, text and bytes and
 * channels that are not meant go through as they are.
 */
final class ScaleStage implements Stage {

    private final ChannelFilter channels;
    private final double factor;
    private final double offset;
    private final StageOutput output;
    private byte[] records = new byte[0];

    private ScaleStage(ChannelFilter channels, double factor, double offset, StageOutput output) {
        this.channels = channels;
        this.factor = factor;
        this.offset = offset;
        this.output = output;
    }

    static Rule.Opener read(Fields config, ChannelRegistry registry) {
        List<NamePattern> patterns = ChannelFilter.patterns(config);
        double factor = config.number("factor", Double.NEGATIVE_INFINITY);
        double offset = config.number("offset", Double.NEGATIVE_INFINITY);
        if (!config.has("factor") && !config.has("offset")) {
            config.require("factor", "what to multiply by, or 'offset', what to add");
        }
        return place -> new ScaleStage(
                new ChannelFilter(registry, patterns),
                Double.isNaN(factor) ? 1 : factor,
                Double.isNaN(offset) ? 0 : offset,
                place.output());
    }

    private boolean isScaled(Batch batch, int i) {
        ValueKind kind = batch.kind(i);
        return (kind == ValueKind.F64 || kind == ValueKind.I64) && channels.isMeant(batch.channel(i));
    }

    @Override
    public void accept(Batch batch) {
        if (!batch.isFixedOnly()) {
            acceptMixed(batch);
            return;
        }
        int size = batch.size();
        if (records.length < size * RecordLayout.RECORD_BYTES) {
            records = new byte[size * RecordLayout.RECORD_BYTES];
        }
        batch.copyRecords(0, size, records, 0);
        for (int i = 0; i < size; i++) {
            if (isScaled(batch, i)) {
                int at = i * RecordLayout.RECORD_BYTES;
                records[at + RecordLayout.KIND] = (byte) ValueKind.F64.code();
                double scaled = batch.asDouble(i) * factor + offset;
                RecordLayout.putI64(records, at + RecordLayout.VALUE, Double.doubleToRawLongBits(scaled));
            }
        }
        output.send(Batch.ofRecords(records, 0, size));
    }

    /** Text and bytes cannot be copied as records: they are sent on in slices between the numbers, in order. */
    private void acceptMixed(Batch batch) {
        int start = 0;
        while (start < batch.size()) {
            int end = start;
            boolean isFixed = batch.kind(start).isFixed();
            while (end < batch.size() && batch.kind(end).isFixed() == isFixed) {
                end++;
            }
            Batch slice = batch.slice(start, end - start);
            if (isFixed) {
                accept(Batch.builder(slice.size()).addAll(slice).build());
            } else {
                output.send(slice);
            }
            start = end;
        }
    }

    @Override
    public boolean acceptMessage(String topic, byte[] payload) {
        output.sendMessage(topic, payload);
        return true;
    }

    @Override
    public void close() {}
}
