/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks what a version sends with the version, while an operator compares two of them: readings of channel {@code X} go to the
 * virtual channel {@code X/1.1.0}, topics get the same ending, an alert's source becomes {@code module@1.1.0}. Used by whoever
 * sends; while nothing is tagged it costs one look.
 */
final class Tagger {

    private static final Logger LOG = LoggerFactory.getLogger(Tagger.class);

    private final Desk desk;
    private final String version;
    private final ChannelRegistry channels;

    /** Tagged handle of each channel and kind; bounded by the channels that there can be. */
    private final Map<Long, Integer> handles = new HashMap<>();

    private boolean hasFailed;

    Tagger(Desk desk, String version, ChannelRegistry channels) {
        this.desk = desk;
        this.version = version;
        this.channels = channels;
    }

    Object tag(Object item) {
        if (!desk.isTagged()) {
            return item;
        }
        if (item instanceof Batch batch) {
            return tagged(batch);
        }
        if (item instanceof Message message) {
            return new Message(message.topic + "/" + version, message.payload);
        }
        return item instanceof Alert alert ? tagged(alert) : item;
    }

    private Alert tagged(Alert alert) {
        return new Alert(
                alert.source() + "@" + version,
                alert.severity(),
                alert.channel(),
                alert.timeNanos(),
                alert.value(),
                alert.text());
    }

    private synchronized Batch tagged(Batch batch) {
        Batch.Builder builder = Batch.builder(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            ValueKind kind = batch.kind(i);
            int channel = handle(batch.channel(i), kind);
            if (kind.isFixed()) {
                builder.add(channel, kind, batch.quality(i), batch.timeNanos(i), batch.valueBits(i));
            } else {
                builder.add(new Reading(channel, batch.value(i), batch.quality(i), batch.timeNanos(i)));
            }
        }
        return builder.build();
    }

    private int handle(int channel, ValueKind kind) {
        return handles.computeIfAbsent((long) channel << Byte.SIZE | kind.code(), key -> open(channel, kind));
    }

    /** A result that cannot be tagged is better sent without than lost. */
    private int open(int handle, ValueKind kind) {
        Optional<Channel> channel = channels.find(handle);
        if (channel.isEmpty()) {
            return handle;
        }
        String name = channel.get().name() + "/" + version;
        try {
            return channels.openVirtual(name, kind, channel.get().unit()).handle();
        } catch (IllegalArgumentException | IllegalStateException e) {
            if (!hasFailed) {
                hasFailed = true;
                LOG.warn(
                        "module={} version={} sends readings of channel {} without the tag, and perhaps of others",
                        desk.module(),
                        version,
                        channel.get().name(),
                        e);
            }
            return handle;
        }
    }
}
