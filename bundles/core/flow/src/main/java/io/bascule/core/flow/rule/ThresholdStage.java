/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.security.NamePattern;
import io.bascule.core.flow.definition.Fields;
import java.util.List;

/**
 * Raises an alert when a channel goes beyond a limit, and again only after it has come back by the hysteresis. Readings of
 * bad quality and NaN change nothing. All readings go through.
 */
final class ThresholdStage implements Stage {

    private static final int SEVERITY_DEFAULT = 500;
    private static final int SEVERITY_MAX = 1000;
    private static final double OVER = 1;
    private static final double UNDER = -1;

    private final ChannelRegistry registry;
    private final AlertRegistry alerts;
    private final Limits limits;
    private final ChannelFilter channels;
    private final Rule.Place place;
    private final ChannelDoubles side = new ChannelDoubles();

    /** NaN for a limit that is not set. */
    private record Limits(double above, double below, double hysteresis, int severity, String text) {}

    private ThresholdStage(
            ChannelRegistry registry, AlertRegistry alerts, Limits limits, ChannelFilter channels, Rule.Place place) {
        this.registry = registry;
        this.alerts = alerts;
        this.limits = limits;
        this.channels = channels;
        this.place = place;
    }

    static Rule.Opener read(Fields config, ChannelRegistry registry, AlertRegistry alerts) {
        List<NamePattern> patterns = ChannelFilter.patterns(config);
        double above = config.number("above", Double.NEGATIVE_INFINITY);
        double below = config.number("below", Double.NEGATIVE_INFINITY);
        if (!config.has("above") && !config.has("below")) {
            config.require("above", "the limit, or 'below'");
        }
        if (above <= below) {
            config.wrong("below", "expected a number under 'above' (" + above + "), got " + below);
        }
        double hysteresis = config.number("hysteresis", 0);
        Limits limits = new Limits(
                above,
                below,
                Double.isNaN(hysteresis) ? 0 : hysteresis,
                config.integer("severity", SEVERITY_DEFAULT, 1, SEVERITY_MAX),
                config.text("text", "", AlertText.TEMPLATE_MAX));
        return place -> new ThresholdStage(registry, alerts, limits, new ChannelFilter(registry, patterns), place);
    }

    @Override
    public void accept(Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.isGood(i) && channels.isMeant(batch.channel(i))) {
                judge(batch, i);
            }
        }
        place.output().send(batch);
    }

    private void judge(Batch batch, int i) {
        int handle = batch.channel(i);
        double value = batch.asDouble(i);
        double before = side.get(handle);
        double now = before;
        if (value > limits.above) {
            now = OVER;
        } else if (value < limits.below) {
            now = UNDER;
        } else if ((before == OVER && value <= limits.above - limits.hysteresis)
                || (before == UNDER && value >= limits.below + limits.hysteresis)) {
            now = 0;
        }
        if (now == before || Double.isNaN(now)) {
            return;
        }
        side.set(handle, now);
        if (now != 0) {
            raise(batch, i, now == OVER);
        }
    }

    private void raise(Batch batch, int i, boolean isOver) {
        String channel = registry.find(batch.channel(i)).map(Channel::name).orElse("");
        double value = batch.asDouble(i);
        double limit = isOver ? limits.above : limits.below;
        String template = limits.text.isBlank()
                ? "{channel} is {value}, " + (isOver ? "above" : "below") + " {limit}"
                : limits.text;
        alerts.raise(new Alert(
                place.label(),
                limits.severity,
                channel,
                batch.timeNanos(i),
                value,
                AlertText.fill(template, channel, value, limit)));
    }

    @Override
    public boolean acceptMessage(String topic, byte[] payload) {
        place.output().sendMessage(topic, payload);
        return true;
    }

    @Override
    public void close() {}
}
