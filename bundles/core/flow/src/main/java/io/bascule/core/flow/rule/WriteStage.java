/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import com.google.gson.JsonObject;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.ChannelWriter.Result;
import io.bascule.api.channel.ChannelWriter.Write;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.security.Subject;
import io.bascule.core.flow.definition.Fields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes readings to channels of devices, as the flow and with its rights. Only good readings are written: a bad value must
 * not move a machine. Numbers and bools are turned into the type of the channel where nothing is lost.
 */
final class WriteStage implements Stage {

    private static final int CHANNELS_MAX = 256;

    private final ChannelRegistry registry;
    private final ChannelWriter writer;
    private final Map<String, String> targets;
    private final Subject subject;

    private WriteStage(ChannelRegistry registry, ChannelWriter writer, Map<String, String> targets, String flow) {
        this.registry = registry;
        this.writer = writer;
        this.targets = targets;
        this.subject = Subject.flow(flow);
    }

    static Rule.Opener read(Fields config, ChannelRegistry registry, ChannelWriter writer) {
        config.require("channels", "an object that maps channels read to channels written");
        Map<String, String> targets = new HashMap<>();
        JsonObject object = config.object("channels").orElseGet(JsonObject::new);
        if (config.has("channels") && (object.size() == 0 || object.size() > CHANNELS_MAX)) {
            config.wrong(
                    "channels",
                    "expected 1 to " + CHANNELS_MAX + " channels, for example {\"pid/out\": \"valve/set\"}");
        }
        Fields map = config.fields("channels");
        for (String from : object.keySet()) {
            String to = map.text(from, "", Integer.MAX_VALUE);
            try {
                targets.put(Channel.requireName(from), Channel.requireName(to));
            } catch (IllegalArgumentException e) {
                map.wrong(from, String.valueOf(e.getMessage()));
            }
        }
        return place -> new WriteStage(registry, writer, Map.copyOf(targets), place.flow());
    }

    @Override
    public void accept(Batch batch) throws FlowException {
        List<Write> writes = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            String from = registry.find(batch.channel(i)).map(Channel::name).orElse("");
            String to = targets.get(from);
            if (to != null && batch.isGood(i)) {
                writes.add(new Write(to, fit(batch.value(i), to)));
            }
        }
        if (!writes.isEmpty()) {
            for (Result result : writer.write(subject, writes)) {
                if (!result.isOk()) {
                    failures.add(
                            "'" + result.channel() + "' " + result.quality().word() + " " + result.message());
                }
            }
        }
        if (!failures.isEmpty()) {
            throw new FlowException(
                    failures.size() + " of " + writes.size() + " writes failed, the first: " + failures.get(0));
        }
    }

    /** Turns a value into the type of the channel where nothing is lost; otherwise the write path says what is wrong. */
    private Value fit(Value value, String channel) {
        ValueKind wanted = registry.find(channel).map(Channel::kind).orElse(value.kind());
        if (wanted == ValueKind.F64
                && value instanceof Value.I64 whole
                && whole.value() == (long) (double) whole.value()) {
            return new Value.F64(whole.value());
        }
        if (wanted == ValueKind.I64 && value instanceof Value.F64 number && number.value() == (long) number.value()) {
            return new Value.I64((long) number.value());
        }
        if (wanted == ValueKind.BOOL
                && value instanceof Value.F64 number
                && (number.value() == 0 || number.value() == 1)) {
            return new Value.Bool(number.value() == 1);
        }
        return value;
    }

    @Override
    public void close() {}
}
