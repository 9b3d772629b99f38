/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.flow.spi.Stage;
import io.bascule.core.flow.definition.Fields;

/**
 * Raises an alert when a channel turns from false or zero to anything else, as alarm bits of devices and modules do. Alerts
 * that modules raise themselves do not come this way: they go to the alert registry at once.
 */
final class AlertStage implements Stage {

    private static final int SEVERITY_DEFAULT = 500;
    private static final int SEVERITY_MAX = 1000;

    private final ChannelRegistry registry;
    private final AlertRegistry alerts;
    private final int severity;
    private final String text;
    private final String label;
    private final ChannelDoubles last = new ChannelDoubles();

    private AlertStage(ChannelRegistry registry, AlertRegistry alerts, int severity, String text, String label) {
        this.registry = registry;
        this.alerts = alerts;
        this.severity = severity;
        this.text = text;
        this.label = label;
    }

    static Rule.Opener read(Fields config, ChannelRegistry registry, AlertRegistry alerts) {
        int severity = config.integer("severity", SEVERITY_DEFAULT, 1, SEVERITY_MAX);
        String text = config.text("text", "{channel} is {value}", AlertText.TEMPLATE_MAX);
        if (text.isBlank()) {
            config.wrong("text", "expected text, got nothing");
        }
        return place -> new AlertStage(registry, alerts, severity, text, place.label());
    }

    @Override
    public void accept(Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            double value = batch.asDouble(i);
            if (!batch.isGood(i) || Double.isNaN(value)) {
                continue;
            }
            int handle = batch.channel(i);
            double before = last.get(handle);
            last.set(handle, value);
            if (value != 0 && (before == 0 || Double.isNaN(before))) {
                String channel = registry.find(handle).map(Channel::name).orElse("");
                alerts.raise(new Alert(
                        label, severity, channel, batch.timeNanos(i), value, AlertText.fill(text, channel, value, 0)));
            }
        }
    }

    @Override
    public void close() {}
}
