/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import java.time.Instant;

/**
 * JSON objects, written by hand: a tree for each reading costs more than all the rest.
 *
 * <pre>
 * {"id":"...","channel":"press/speed","value":12.5,"quality":"good","time":"2026-11-21T12:00:00Z","unit":"rpm"}
 * {"id":"...","readings":[{"channel":...},{"channel":...}]}
 * </pre>
 */
final class JsonPayload implements PayloadFormat {

    private static final int READING_BYTES = 128;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final String HEX = "0123456789abcdef";

    @Override
    public String word() {
        return "json";
    }

    @Override
    public int code() {
        return 1;
    }

    @Override
    public String contentType() {
        return "application/json";
    }

    @Override
    public boolean isSingle() {
        return false;
    }

    @Override
    public byte[] encode(Selection readings) {
        ByteOut out = new ByteOut(readings.size() * READING_BYTES);
        if (!readings.isList()) {
            reading(out, readings.batch(), readings.index(0), readings.channel(0));
            return out.toBytes();
        }
        out.ascii("{\"readings\":[");
        for (int i = 0; i < readings.size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            reading(out, readings.batch(), readings.index(i), readings.channel(i));
        }
        out.ascii("]}");
        return out.toBytes();
    }

    @Override
    public byte[] seal(byte[] content, String id) {
        if (id.isEmpty()) {
            return content;
        }
        ByteOut out = new ByteOut(content.length + id.length() + 8);
        out.ascii("{\"id\":\"");
        out.ascii(id);
        out.ascii("\",");
        out.put(content, 1, content.length - 1);
        return out.toBytes();
    }

    private static void reading(ByteOut out, Batch batch, int i, Channel channel) {
        // Names of channels are ASCII without anything that JSON would escape.
        out.ascii("{\"channel\":\"");
        out.ascii(channel.name());
        out.ascii("\",\"value\":");
        value(out, batch, i);
        out.ascii(",\"quality\":\"");
        out.ascii(batch.quality(i).word());
        out.ascii("\",\"time\":\"");
        out.ascii(time(batch.timeNanos(i)));
        out.put('"');
        if (!channel.unit().isEmpty()) {
            out.ascii(",\"unit\":");
            text(out, channel.unit());
        }
        out.put('}');
    }

    private static void value(ByteOut out, Batch batch, int i) {
        ValueKind kind = batch.kind(i);
        if (kind == ValueKind.F64) {
            double number = Double.longBitsToDouble(batch.valueBits(i));
            // JSON has no word for what is no number.
            out.ascii(Double.isFinite(number) ? Double.toString(number) : "null");
        } else if (kind == ValueKind.I64) {
            out.ascii(Long.toString(batch.valueBits(i)));
        } else {
            Value value = batch.value(i);
            if (value instanceof Value.Bool bool) {
                out.ascii(bool.value() ? "true" : "false");
            } else {
                text(out, value.asText());
            }
        }
    }

    /** Returns a time as people and all languages read it. */
    static String time(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
                .toString();
    }

    private static void text(ByteOut out, String text) {
        out.put('"');
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\' || c < ' ') {
                out.utf8(text.substring(plain, i));
                escape(out, c);
                plain = i + 1;
            }
        }
        out.utf8(text.substring(plain));
        out.put('"');
    }

    private static void escape(ByteOut out, char c) {
        out.put('\\');
        if (c == '"' || c == '\\') {
            out.put(c);
        } else {
            out.ascii("u00");
            out.put(HEX.charAt(c >> 4));
            out.put(HEX.charAt(c & 0xF));
        }
    }
}
