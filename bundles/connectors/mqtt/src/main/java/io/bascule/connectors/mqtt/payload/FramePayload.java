/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The gateway's own records with the names of their channels: the smallest and cheapest form. All numbers are little-endian.
 *
 * <pre>
 *  4 B   "BSF1"
 *  u8    length of the id, then the id in ASCII
 *  u32   number of channels, then for each: u16 length and name, u16 length and unit, in UTF-8
 *  u32   number of records, then for each 24 B: the layout of RecordLayout, but instead of the handle the place of the
 *        channel in the list above, from 0
 *  u32   length of the tail, then the tail, which texts and bytes lie in
 * </pre>
 */
final class FramePayload implements PayloadFormat {

    private static final byte[] MAGIC = "BSF1".getBytes(StandardCharsets.US_ASCII);
    private static final int TEXT_MAX = 0xFFFF;

    @Override
    public String word() {
        return "frame";
    }

    @Override
    public int code() {
        return 4;
    }

    @Override
    public String contentType() {
        return "application/vnd.bascule.frame";
    }

    @Override
    public boolean isSingle() {
        return false;
    }

    @Override
    public byte[] encode(Selection readings) {
        Map<Integer, Integer> places = new HashMap<>();
        List<Channel> channels = new ArrayList<>();
        byte[] records = new byte[readings.size() * RecordLayout.RECORD_BYTES];
        ByteOut tail = new ByteOut(0);
        int tailSize = 0;
        Batch batch = readings.batch();
        for (int i = 0; i < readings.size(); i++) {
            Channel channel = readings.channel(i);
            int place = places.computeIfAbsent(channel.handle(), handle -> {
                channels.add(channel);
                return channels.size() - 1;
            });
            int index = readings.index(i);
            long bits = batch.valueBits(index);
            if (!batch.kind(index).isFixed()) {
                byte[] bytes = bytes(batch.value(index));
                bits = (long) bytes.length << 32 | tailSize;
                tail.put(bytes);
                tailSize += bytes.length;
            }
            RecordLayout.put(
                    records,
                    i * RecordLayout.RECORD_BYTES,
                    place,
                    batch.kind(index).code(),
                    batch.quality(index).code(),
                    batch.timeNanos(index),
                    bits);
        }
        ByteOut out = new ByteOut(records.length + tailSize + channels.size() * 32 + 16);
        out.littleEndian(channels.size(), 4);
        for (Channel channel : channels) {
            text(out, channel.name());
            text(out, channel.unit());
        }
        out.littleEndian(readings.size(), 4);
        out.put(records);
        out.littleEndian(tailSize, 4);
        out.put(tail.toBytes());
        return out.toBytes();
    }

    @Override
    public byte[] seal(byte[] content, String id) {
        ByteOut out = new ByteOut(MAGIC.length + 1 + id.length() + content.length);
        out.put(MAGIC);
        out.put(id.length());
        out.ascii(id);
        out.put(content);
        return out.toBytes();
    }

    private static byte[] bytes(Value value) {
        return value instanceof Value.Bytes some ? some.value() : value.asText().getBytes(StandardCharsets.UTF_8);
    }

    private static void text(ByteOut out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, TEXT_MAX);
        out.littleEndian(length, 2);
        out.put(bytes, 0, length);
    }
}
