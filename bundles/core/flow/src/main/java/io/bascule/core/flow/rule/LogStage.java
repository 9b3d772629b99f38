/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.flow.spi.Stage;
import io.bascule.core.flow.definition.Fields;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes readings to the gateway's log, a few lines a second; how many more there were is said with the next line. */
final class LogStage implements Stage {

    private static final Logger LOG = LoggerFactory.getLogger(LogStage.class);
    private static final int PER_SECOND_MAX = 1000;

    private final ChannelRegistry registry;
    private final int perSecond;
    private final String label;
    private long secondStart = System.nanoTime();
    private int lines;
    private long skipped;

    private LogStage(ChannelRegistry registry, int perSecond, String label) {
        this.registry = registry;
        this.perSecond = perSecond;
        this.label = label;
    }

    static Rule.Opener read(Fields config, ChannelRegistry registry) {
        int perSecond = config.integer("perSecond", 1, 1, PER_SECOND_MAX);
        return place -> new LogStage(registry, perSecond, place.label());
    }

    @Override
    public void accept(Batch batch) {
        long now = System.nanoTime();
        if (now - secondStart >= TimeUnit.SECONDS.toNanos(1)) {
            secondStart = now;
            lines = 0;
        }
        int shown = Math.min(batch.size(), perSecond - lines);
        skipped += batch.size() - shown;
        // The newest ones: the state of the plant is of more interest than its past.
        for (int i = batch.size() - shown; i < batch.size(); i++) {
            String channel = registry.find(batch.channel(i)).map(Channel::name).orElse("handle " + batch.channel(i));
            String value = batch.value(i).asText();
            LOG.info(
                    "stage={} channel={} value={} quality={} skipped={}",
                    label,
                    channel,
                    value,
                    batch.quality(i),
                    skipped);
            skipped = 0;
        }
        lines += shown;
    }

    @Override
    public boolean acceptMessage(String topic, byte[] payload) {
        LOG.info("stage={} message topic={} bytes={}", label, topic, payload.length);
        return true;
    }

    @Override
    public void close() {}
}
