/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What receivers see, byte by byte. */
class PayloadTest {

    private static final Channel SPEED = channel(3, "press/speed", ValueKind.F64, "rpm");
    private static final Channel COUNT = channel(4, "press/count", ValueKind.I64, "");
    private static final Channel NAME = channel(5, "press/name", ValueKind.TEXT, "");
    private static final Channel KEY = channel(6, "press/key", ValueKind.BYTES, "");
    private static final Channel ON = channel(7, "press/on", ValueKind.BOOL, "");

    private static Channel channel(int handle, String name, ValueKind kind, String unit) {
        return new Channel(handle, name, "press", kind, Channel.Access.READ, unit, "");
    }

    private static final Batch MIXED = Batch.of(
            new Reading(3, new Value.F64(1.5), Quality.GOOD, 0),
            new Reading(4, new Value.I64(-7), Quality.BAD_NOT_CONNECTED, 1_000_000_001),
            new Reading(5, new Value.Text("a\"b\\c\nµ"), Quality.GOOD, -1),
            new Reading(6, new Value.Bytes(new byte[] {1, -1}), Quality.UNCERTAIN, 2),
            new Reading(7, new Value.Bool(true), Quality.GOOD, 3),
            new Reading(3, new Value.F64(Double.NaN), Quality.GOOD, 4));

    private static final Selection ALL = new Selection(
            MIXED, new int[] {0, 1, 2, 3, 4, 5}, new Channel[] {SPEED, COUNT, NAME, KEY, ON, SPEED}, 6, true);

    private static Selection one(int index, Channel channel) {
        return new Selection(MIXED, new int[] {index}, new Channel[] {channel}, 1, false);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void jsonOfOneReadingIsAnObjectWithTheIdFirst() {
        PayloadFormat json = PayloadFormats.JSON;
        byte[] content = json.encode(one(0, SPEED));
        String plain =
                "{\"channel\":\"press/speed\",\"value\":1.5,\"quality\":\"good\",\"time\":\"1970-01-01T00:00:00Z\""
                        + ",\"unit\":\"rpm\"}";
        assertEquals(plain, text(json.seal(content, "")));
        assertEquals("{\"id\":\"a-1\"," + plain.substring(1), text(json.seal(content, "a-1")));
    }

    @Test
    void jsonHoldsEveryKindOfValueAndWhatIsNoNumberIsNull() {
        JsonObject json = JsonParser.parseString(text(PayloadFormats.JSON.seal(PayloadFormats.JSON.encode(ALL), "x")))
                .getAsJsonObject();
        List<JsonObject> readings = new ArrayList<>();
        json.getAsJsonArray("readings").forEach(r -> readings.add(r.getAsJsonObject()));
        assertEquals(-7, readings.get(1).get("value").getAsLong());
        assertEquals("bad:not-connected", readings.get(1).get("quality").getAsString());
        assertEquals(
                "1970-01-01T00:00:01.000000001Z", readings.get(1).get("time").getAsString());
        assertEquals("a\"b\\c\nµ", readings.get(2).get("value").getAsString());
        assertEquals(
                "1969-12-31T23:59:59.999999999Z", readings.get(2).get("time").getAsString());
        assertEquals("01ff", readings.get(3).get("value").getAsString());
        assertTrue(readings.get(4).get("value").getAsBoolean());
        assertTrue(readings.get(5).get("value").isJsonNull());
    }

    @Test
    void cborIsThatOfRfc8949() {
        PayloadFormat cbor = PayloadFormats.find("cbor").orElseThrow();
        byte[] content = cbor.encode(one(1, COUNT));
        String pairs = "67" + hex("channel") + "6b" + hex("press/count") + "65" + hex("value") + "26" + "67"
                + hex("quality") + "71" + hex("bad:not-connected") + "64" + hex("time") + "1a3b9aca01";
        assertEquals("a4" + pairs, HexFormat.of().formatHex(cbor.seal(content, "")));
        assertEquals(
                "a5" + "62" + hex("id") + "63" + hex("a-1") + pairs,
                HexFormat.of().formatHex(cbor.seal(content, "a-1")));
        String list = HexFormat.of().formatHex(cbor.encode(ALL));
        assertTrue(list.startsWith("a1" + "68" + hex("readings") + "86" + "a5"), list);
        // A double, text, bytes, true.
        for (String value : List.of("fb3ff8000000000000", "68" + hex("a\"b\\c\nµ"), "4201ff", "f5")) {
            assertTrue(list.contains(hex("value") + value), value + " in " + list);
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void rawIsTheValueAlone() {
        PayloadFormat raw = PayloadFormats.find("raw").orElseThrow();
        assertEquals("1.5", text(raw.seal(raw.encode(one(0, SPEED)), "id")));
        assertEquals("true", text(raw.encode(one(4, ON))));
        assertArrayEquals(new byte[] {1, -1}, raw.encode(one(3, KEY)));
    }

    @Test
    void aFrameHoldsTheGatewaysRecordsAndTheNamesOfTheirChannels() {
        PayloadFormat frame = PayloadFormats.find("frame").orElseThrow();
        ByteBuffer bytes = ByteBuffer.wrap(frame.seal(frame.encode(ALL), "a-1")).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals("BSF1", text(bytes.get(), bytes.get(), bytes.get(), bytes.get()));
        byte[] id = new byte[bytes.get()];
        bytes.get(id);
        assertEquals("a-1", text(id));
        List<String> names = new ArrayList<>();
        int channels = bytes.getInt();
        for (int i = 0; i < channels; i++) {
            byte[] name = new byte[bytes.getShort()];
            bytes.get(name);
            byte[] unit = new byte[bytes.getShort()];
            bytes.get(unit);
            names.add(text(name) + " " + text(unit));
        }
        assertEquals(List.of("press/speed rpm", "press/count ", "press/name ", "press/key ", "press/on "), names);
        int count = bytes.getInt();
        assertEquals(6, count);
        byte[] records = new byte[count * RecordLayout.RECORD_BYTES];
        bytes.get(records);
        assertEquals(0, RecordLayout.getI32(records, 0), "the place of the channel");
        assertEquals(0, RecordLayout.getI32(records, 5 * RecordLayout.RECORD_BYTES));
        assertEquals(-7, RecordLayout.getI64(records, RecordLayout.RECORD_BYTES + RecordLayout.VALUE));
        assertEquals(0x808A, RecordLayout.getU16(records, RecordLayout.RECORD_BYTES + RecordLayout.REASON));
        byte[] tail = new byte[bytes.getInt()];
        bytes.get(tail);
        assertEquals(0, bytes.remaining());
        assertEquals("a\"b\\c\nµ", inTail(records, 2, tail));
        long key = RecordLayout.getI64(records, 3 * RecordLayout.RECORD_BYTES + RecordLayout.VALUE);
        assertEquals(2, key >>> 32);
        assertEquals(tail.length - 2, (int) key);
    }

    private static String text(byte a, byte b, byte c, byte d) {
        return text(new byte[] {a, b, c, d});
    }

    private static String inTail(byte[] records, int record, byte[] tail) {
        long bits = RecordLayout.getI64(records, record * RecordLayout.RECORD_BYTES + RecordLayout.VALUE);
        return new String(tail, (int) bits, (int) (bits >>> 32), StandardCharsets.UTF_8);
    }

    @Test
    void everyFormatIsFoundByItsWordAndByItsCode() {
        assertEquals("json, cbor, raw, frame, sparkplug", PayloadFormats.words());
        for (int code = 1; code <= 5; code++) {
            PayloadFormat format = PayloadFormats.find(code).orElseThrow();
            assertEquals(format, PayloadFormats.find(format.word()).orElseThrow());
        }
        assertTrue(PayloadFormats.find(6).isEmpty());
    }
}
