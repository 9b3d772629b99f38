/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol buffers, byte by byte; another program reads and writes them in SparkplugTest. */
class SparkplugCodecTest {

    private static final long SEED = 20_261_121;

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static SparkplugMessage message() {
        SparkplugMessage message = new SparkplugMessage(300, 1);
        message.data(5, true, SparkplugMessage.body(new Value.F64(1.5), Quality.BAD, 2_000_000, "degC", false));
        message.seq(7);
        message.uuid("a-1");
        return message;
    }

    @Test
    void aMessageIsWrittenAsTheFormatSays() {
        // timestamp 300; metric: alias 5, historical, timestamp 2, datatype 10, properties, double 1.5; seq 7; uuid
        // a-1.
        assertArrayEquals(
                hex("08ac02 1222 1005 2801 1802 200a 4a0f 0a07 5175616c697479 1204 0803 1800 69 000000000000f83f"
                        + " 1807 2203 612d31"),
                message().toBytes());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 16_383, 16_384, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void numbersOfEveryLengthComeBack(long number) {
        ProtoOut out = new ProtoOut(0);
        out.number(1, number);
        ProtoIn in = new ProtoIn(out.toBytes());
        assertEquals(1, in.next());
        assertEquals(number, in.number());
        assertEquals(0, in.next());
    }

    @Test
    void noBeginningOfAMessageIsTakenForItsWhole() {
        byte[] whole = message().toBytes();
        assertEquals(1, SparkplugMetric.read(whole).size());
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            // Between two fields a message may end.
            if (length != 0 && length != 3 && length != whole.length - 7 && length != whole.length - 5) {
                assertThrows(IllegalArgumentException.class, () -> SparkplugMetric.read(part), "of length " + length);
            }
        }
    }

    @Test
    void garbageIsRefusedAndNeverAnythingElse() {
        Random random = new Random(SEED);
        byte[] good = message().toBytes();
        int read = 0;
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes;
            if (round % 2 == 0) {
                bytes = new byte[random.nextInt(64)];
                random.nextBytes(bytes);
            } else {
                bytes = good.clone();
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                for (SparkplugMetric metric : SparkplugMetric.read(bytes)) {
                    for (ValueKind kind : ValueKind.values()) {
                        convert(metric, kind);
                    }
                    read++;
                }
            } catch (IllegalArgumentException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("expected"), "seed " + SEED + ": " + e);
            }
        }
        assertTrue(read > 1000, "some are read: " + read);
    }

    private static void convert(SparkplugMetric metric, ValueKind kind) {
        try {
            assertEquals(kind, metric.as(kind).kind());
        } catch (IllegalArgumentException e) {
            assertTrue(String.valueOf(e.getMessage()).startsWith("no "), e.toString());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "0b, byte 1: expected a field of wire type",
        "00, number from 1",
        "ffffffffffffffffffff01, at most 10 bytes",
        "12ff, a whole number",
        "1205, more bytes",
        "1202 0a05, more bytes",
        "1203 0a01ff, a text in UTF-8",
        "1202 0801, wire type 2",
        "12ffffffffffffffffff01, more bytes"
    })
    void whatDoesNotFitIsNamedWithItsPlace(String payload, String part) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> SparkplugMetric.read(hex(payload)));
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(e.getMessage().startsWith("byte "), e.getMessage());
    }

    @Test
    void tooManyMetricsAreRefused() {
        SparkplugMessage message = new SparkplugMessage(0, 300);
        for (int i = 0; i <= SparkplugMetric.METRICS_MAX; i++) {
            message.control("x", 0);
        }
        assertThrows(IllegalArgumentException.class, () -> SparkplugMetric.read(message.toBytes()));
    }

    @ParameterizedTest(name = "type {0}, bits {1}")
    @CsvSource({
        "1, 255, -1",
        "1, 4294967295, -1",
        "2, 65535, -1",
        "3, 4294967295, -1",
        "0, 4294967295, -1",
        "5, 255, 255",
        "6, 65535, 65535",
        "7, 4294967295, 4294967295"
    })
    void theTypeSaysWhetherThereIsASign(int type, long bits, long expected) {
        ProtoOut metric = new ProtoOut(0);
        metric.text(1, "count");
        metric.number(4, type);
        metric.number(10, bits);
        ProtoOut payload = new ProtoOut(0);
        payload.bytes(2, metric.toBytes());
        SparkplugMetric read = SparkplugMetric.read(payload.toBytes()).get(0);
        assertEquals(new Value.I64(expected), read.as(ValueKind.I64));
        assertEquals(new Value.F64(expected), read.as(ValueKind.F64));
    }

    @Test
    void aDraftComesBackAndADamagedOneDoesNot() {
        Channel speed = new Channel(1, "press/oil/speed", "press", ValueKind.F64, Channel.Access.READ, "", "");
        Channel score =
                new Channel(2, "score/press", Channel.VIRTUAL_DEVICE, ValueKind.TEXT, Channel.Access.READ, "", "");
        Batch batch = Batch.of(
                new Reading(1, new Value.F64(1), Quality.GOOD, 0),
                new Reading(2, new Value.Text("x"), Quality.GOOD, 0));
        byte[] draft = new SparkplugPayload()
                .encode(new Selection(batch, new int[] {0, 1}, new Channel[] {speed, score}, 2, true));
        List<SparkplugPayload.Entry> entries = SparkplugPayload.read(draft);
        assertEquals(
                List.of("oil/speed", "score/press"),
                entries.stream().map(SparkplugPayload.Entry::metric).toList());
        assertEquals(ValueKind.TEXT, entries.get(1).kind());
        assertArrayEquals(
                SparkplugMessage.body(new Value.F64(1), Quality.GOOD, 0, "", false),
                entries.get(0).body());
        assertEquals("press", SparkplugPayload.device(speed));
        assertEquals("", SparkplugPayload.device(score));
        byte[] cut = Arrays.copyOf(draft, draft.length - 1);
        assertThrows(IllegalArgumentException.class, () -> SparkplugPayload.read(cut));
        assertTrue(SparkplugPayload.isDraft(draft));
        assertFalse(SparkplugPayload.isDraft(cut));
    }
}
