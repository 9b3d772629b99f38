/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.api.security.NamePattern;
import io.bascule.core.flow.definition.Fields;
import java.util.List;

/**
 * Lets a reading through when it differs from the last one that went through by more than the band, or in quality, or when
 * the channel has been silent for long. Channels that are not meant, and text and bytes, go through as they are.
 */
final class DeadbandStage implements Stage {

    private static final double PERCENT = 100.0;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int SILENCE_MILLIS_MAX = 86_400_000;

    private final ChannelFilter channels;
    private final double absolute;
    private final double percent;
    private final double silenceMillis;
    private final StageOutput output;
    private final Picker picker = new Picker();
    private final ChannelDoubles lastValue = new ChannelDoubles();
    private final ChannelDoubles lastQuality = new ChannelDoubles();
    private final ChannelDoubles lastTimeMillis = new ChannelDoubles();

    private DeadbandStage(
            ChannelFilter channels, double absolute, double percent, double silenceMillis, StageOutput output) {
        this.channels = channels;
        this.absolute = absolute;
        this.percent = percent;
        this.silenceMillis = silenceMillis;
        this.output = output;
    }

    static Rule.Opener read(Fields config, ChannelRegistry registry) {
        List<NamePattern> patterns = ChannelFilter.patterns(config);
        double absolute = config.number("absolute", 0);
        double percent = config.number("percent", 0);
        if (!config.has("absolute") && !config.has("percent")) {
            config.require("absolute", "the width of the band in the channel's unit, or 'percent' of the last value");
        }
        int silenceMillis = config.integer("maxSilenceMillis", 0, 0, SILENCE_MILLIS_MAX);
        return place -> new DeadbandStage(
                new ChannelFilter(registry, patterns),
                Double.isNaN(absolute) ? 0 : absolute,
                Double.isNaN(percent) ? 0 : percent,
                silenceMillis,
                place.output());
    }

    private boolean passes(Batch batch, int i) {
        int handle = batch.channel(i);
        if (!channels.isMeant(handle) || !batch.kind(i).isFixed()) {
            return true;
        }
        double value = batch.asDouble(i);
        double quality = batch.isGood(i) ? 0 : batch.quality(i).code();
        double timeMillis = batch.timeNanos(i) / NANOS_PER_MILLI;
        double before = lastValue.get(handle);
        double band = Math.max(absolute, Math.abs(before) * percent / PERCENT);
        // Not "difference > band": a NaN before or now must go through.
        boolean isWithin = Math.abs(value - before) <= band || (Double.isNaN(value) && Double.isNaN(before));
        boolean isSilent = silenceMillis > 0 && timeMillis - lastTimeMillis.get(handle) >= silenceMillis;
        if (isWithin && quality == lastQuality.get(handle) && !isSilent) {
            return false;
        }
        lastValue.set(handle, value);
        lastQuality.set(handle, quality);
        lastTimeMillis.set(handle, timeMillis);
        return true;
    }

    @Override
    public void accept(Batch batch) {
        output.send(picker.pick(batch, this::passes));
    }

    @Override
    public boolean acceptMessage(String topic, byte[] payload) {
        output.sendMessage(topic, payload);
        return true;
    }

    @Override
    public void close() {}
}
