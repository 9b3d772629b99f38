/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.api.security.NamePattern;
import io.bascule.core.flow.definition.Fields;
import java.util.List;

/** Lets through the readings that meet all conditions; messages go through as they are. */
final class FilterStage implements Stage {

    private static final List<String> QUALITIES = List.of("any", "usable", "good");

    private final ChannelFilter channels;
    private final String quality;
    private final double above;
    private final double below;
    private final StageOutput output;
    private final Picker picker = new Picker();

    private FilterStage(ChannelFilter channels, String quality, double above, double below, StageOutput output) {
        this.channels = channels;
        this.quality = quality;
        this.above = above;
        this.below = below;
        this.output = output;
    }

    static Rule.Opener read(Fields config, ChannelRegistry registry) {
        List<NamePattern> patterns = ChannelFilter.patterns(config);
        String quality = config.word("quality", "any", QUALITIES);
        double above = config.number("above", Double.NEGATIVE_INFINITY);
        double below = config.number("below", Double.NEGATIVE_INFINITY);
        return place -> new FilterStage(new ChannelFilter(registry, patterns), quality, above, below, place.output());
    }

    private boolean passes(Batch batch, int i) {
        if (!channels.isMeant(batch.channel(i)) || !isQualityFine(batch, i)) {
            return false;
        }
        // A bound that is not set is NaN; a value that is NaN is above and below nothing.
        double value = batch.asDouble(i);
        return (Double.isNaN(above) || value > above) && (Double.isNaN(below) || value < below);
    }

    private boolean isQualityFine(Batch batch, int i) {
        return switch (quality) {
            case "good" -> batch.isGood(i);
            case "usable" -> batch.isGood(i) || batch.quality(i).level() != Quality.Level.BAD;
            default -> true;
        };
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
