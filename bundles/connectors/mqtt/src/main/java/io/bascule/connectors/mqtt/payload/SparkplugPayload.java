/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sparkplug B. What it encodes is a draft, because a message has numbers that are known only when it leaves: its place in the session
 * and the aliases of its metrics. For each reading a draft has, little-endian:
 *
 * <pre>
 *  u8    kind of the value
 *  u16   length of the metric's name, then the name in UTF-8
 *  u32   length of the metric's body, then the body as it will be sent
 * </pre>
 */
public final class SparkplugPayload implements PayloadFormat {

    /** The word for it. */
    public static final String WORD = "sparkplug";

    private static final int READING_BYTES = 64;

    /**
     * A reading of a draft.
     *
     * @param metric its name within its device
     * @param kind the kind of its value
     * @param body what the metric says, without name and alias
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Entry(String metric, ValueKind kind, byte[] body) {}

    @Override
    public String word() {
        return WORD;
    }

    @Override
    public int code() {
        return 5;
    }

    @Override
    public String contentType() {
        return "";
    }

    @Override
    public boolean isSingle() {
        return false;
    }

    @Override
    public boolean isDraft() {
        return true;
    }

    /** Returns the device whose metric a channel is; empty for the edge node itself, which has the channels of no device. */
    public static String device(Channel channel) {
        return channel.device().equals(Channel.VIRTUAL_DEVICE) ? "" : channel.device();
    }

    /** Returns the metric's name within its device. */
    public static String metric(Channel channel) {
        String prefix = channel.device() + "/";
        return channel.name().startsWith(prefix) ? channel.name().substring(prefix.length()) : channel.name();
    }

    @Override
    public byte[] encode(Selection readings) {
        ByteOut out = new ByteOut(readings.size() * READING_BYTES);
        Batch batch = readings.batch();
        for (int i = 0; i < readings.size(); i++) {
            int index = readings.index(i);
            byte[] name = metric(readings.channel(i)).getBytes(StandardCharsets.UTF_8);
            byte[] body =
                    SparkplugMessage.body(batch.value(index), batch.quality(index), batch.timeNanos(index), "", false);
            out.put(batch.kind(index).code());
            out.littleEndian(name.length, 2);
            out.put(name);
            out.littleEndian(body.length, 4);
            out.put(body);
        }
        return out.toBytes();
    }

    @Override
    public byte[] seal(byte[] content, String id) {
        return content;
    }

    /**
     * Reads a draft.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static List<Entry> read(byte[] draft) {
        List<Entry> entries = new ArrayList<>();
        int at = 0;
        while (at < draft.length) {
            ValueKind kind = ValueKind.ofCode(Byte.toUnsignedInt(draft[at]));
            at++;
            int nameLength = length(draft, at, 2);
            at += 2;
            String name = new String(draft, at, nameLength, StandardCharsets.UTF_8);
            at += nameLength;
            int bodyLength = length(draft, at, 4);
            at += 4;
            entries.add(new Entry(name, kind, Arrays.copyOfRange(draft, at, at + bodyLength)));
            at += bodyLength;
        }
        return entries;
    }

    /** Returns whether bytes are a draft that can be read. */
    public static boolean isDraft(byte[] bytes) {
        try {
            return !read(bytes).isEmpty();
        } catch (IllegalArgumentException e) {
            // Who asks says what is wrong.
            return false;
        }
    }

    /** Reads a length and checks that so much follows it. */
    private static int length(byte[] draft, int at, int count) {
        long length = -1;
        if (draft.length - at >= count) {
            length = 0;
            for (int i = 0; i < count; i++) {
                length |= Byte.toUnsignedLong(draft[at + i]) << (i * Byte.SIZE);
            }
        }
        if (length < 0 || length > draft.length - at - count) {
            throw new IllegalArgumentException("draft of " + draft.length + " bytes: expected a length at byte " + at
                    + " and so many bytes after it, got " + length);
        }
        return (int) length;
    }
}
