/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchTest {

    private static final long TIME = 1_700_000_000_123_456_789L;

    @Test
    void aRecordIsLaidOutAsTheContractSays() {
        Batch batch = Batch.of(new Reading(7, new Value.F64(1.5), Quality.BAD_NOT_CONNECTED, TIME));
        byte[] bytes = new byte[RecordLayout.RECORD_BYTES];
        batch.copyRecords(0, 1, bytes, 0);
        // handle 7 | kind 1 | quality 0x80 | reason 0x808A | time | 1.5
        assertEquals(
                "07000000" + "01" + "80" + "8a80" + "15cd853dfe9c9717" + "000000000000f83f",
                HexFormat.of().formatHex(bytes));
    }

    @Test
    void everyKindComesBackAsItWentIn() {
        List<Reading> readings = List.of(
                new Reading(1, new Value.F64(Double.NaN), Quality.GOOD, TIME),
                new Reading(2, new Value.I64(Long.MIN_VALUE), Quality.UNCERTAIN_LAST_USABLE_VALUE, 0),
                new Reading(3, new Value.Bool(true), Quality.BAD_TIMEOUT, -1),
                new Reading(4, new Value.Text("grün"), Quality.GOOD, TIME),
                new Reading(5, new Value.Bytes(new byte[] {0, -1, 2}), Quality.GOOD, TIME),
                new Reading(-1, new Value.Text(""), Quality.GOOD, Long.MAX_VALUE));
        Batch batch = Batch.of(readings.toArray(Reading[]::new));
        assertEquals(readings, batch.readings());
        assertFalse(batch.isFixedOnly());
        assertThrows(IllegalStateException.class, () -> batch.copyRecords(0, 1, new byte[24], 0));
    }

    @Test
    void randomBatchesSurviveTheWayThroughRecords() {
        long seed = 42;
        Random random = new Random(seed);
        Batch.Builder builder = Batch.builder(1);
        List<Reading> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Value value =
                    switch (random.nextInt(3)) {
                        case 0 -> new Value.F64(Double.longBitsToDouble(random.nextLong()));
                        case 1 -> new Value.I64(random.nextLong());
                        default -> new Value.Bool(random.nextBoolean());
                    };
            Reading reading = new Reading(random.nextInt(), value, Quality.GOOD, random.nextLong());
            expected.add(reading);
            builder.add(reading);
        }
        Batch batch = builder.build();
        byte[] bytes = new byte[1000 * RecordLayout.RECORD_BYTES + 5];
        batch.copyRecords(0, 1000, bytes, 5);
        assertEquals(batch, Batch.ofRecords(bytes, 5, 1000), () -> "seed " + seed);
        assertEquals(expected.subList(10, 20), batch.slice(10, 10).readings());
    }

    @Test
    void aRecordOfAnUnknownKindIsRefusedByIndex() {
        byte[] bytes = new byte[2 * RecordLayout.RECORD_BYTES];
        RecordLayout.put(bytes, 0, 1, ValueKind.F64.code(), 0, 0, 0);
        RecordLayout.put(bytes, RecordLayout.RECORD_BYTES, 1, ValueKind.TEXT.code(), 0, 0, 0);
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Batch.ofRecords(bytes, 0, 2));
        assertTrue(refusal.getMessage().contains("reading 1"), refusal.getMessage());
    }

    @Test
    void aBuilderBuildsOnce() {
        Batch.Builder builder = Batch.builder(1).add(1, 2.0, TIME);
        Batch batch = builder.build();
        assertThrows(IllegalStateException.class, () -> builder.add(1, 2.0, TIME));
        assertThrows(IllegalStateException.class, builder::build);
        assertEquals(1, batch.size());
        assertSame(Batch.EMPTY, Batch.builder(5).build());
    }

    @Test
    void aBatchIsBounded() {
        Batch.Builder builder = Batch.builder(Batch.SIZE_MAX);
        for (int i = 0; i < Batch.SIZE_MAX; i++) {
            builder.add(1, i, i);
        }
        assertThrows(IllegalStateException.class, () -> builder.add(1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> Batch.ofRecords(new byte[0], 0, Batch.SIZE_MAX + 1));
    }

    @Test
    void batchesWithTailsAreJoinedAndSliced() {
        Batch first = Batch.of(new Reading(1, new Value.Text("a"), Quality.GOOD, 1));
        Batch second = Batch.of(
                new Reading(2, new Value.Text("bc"), Quality.GOOD, 2),
                new Reading(3, new Value.I64(3), Quality.GOOD, 3));
        Batch joined = Batch.builder(3).addAll(first).addAll(second).build();
        assertEquals(List.of(first.reading(0), second.reading(0), second.reading(1)), joined.readings());
        assertEquals(new Value.Text("bc"), joined.slice(1, 1).value(0));
    }

    @Test
    void bytesAreNotShared() {
        byte[] mine = {1};
        Value.Bytes value = new Value.Bytes(mine);
        mine[0] = 2;
        assertArrayEquals(new byte[] {1}, value.value());
    }

    @Test
    void aRangeOfABatchIsCopiedWithItsText() {
        Batch fixed = Batch.of(
                new Reading(1, new Value.F64(1), Quality.GOOD, 1),
                new Reading(2, new Value.F64(2), Quality.GOOD, 2),
                new Reading(3, new Value.F64(3), Quality.GOOD, 3));
        Batch mixed = Batch.of(
                new Reading(4, new Value.Text("left out"), Quality.GOOD, 4),
                new Reading(5, new Value.Text("kept"), Quality.GOOD, 5));
        Batch joined =
                Batch.builder(1).addRange(fixed, 1, 2).addRange(mixed, 1, 1).build();
        assertEquals(List.of(fixed.reading(1), fixed.reading(2), mixed.reading(1)), joined.readings());
        Batch.Builder builder = Batch.builder(1);
        assertThrows(IndexOutOfBoundsException.class, () -> builder.addRange(fixed, 2, 2));
    }

    @Test
    void aTypedRecordIsAddedWithoutAnObjectAndTextIsRefused() {
        Batch batch = Batch.builder(1)
                .add(9, ValueKind.I64, Quality.BAD_TIMEOUT, TIME, -5)
                .build();
        assertEquals(new Reading(9, new Value.I64(-5), Quality.BAD_TIMEOUT, TIME), batch.reading(0));
        Batch.Builder builder = Batch.builder(1);
        assertThrows(IllegalArgumentException.class, () -> builder.add(9, ValueKind.TEXT, Quality.GOOD, TIME, 0));
    }
}
