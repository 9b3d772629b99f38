/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.testkit.driver.RecordingSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockPlanTest {

    private final FakeLine line = new FakeLine();
    private final RecordingSink sink = new RecordingSink();

    /** A device whose register n has the value n, but for those that it does not have. */
    private static final class FakeLine implements Line {
        private final Set<Integer> missing = new TreeSet<>();
        private final List<String> asked = new ArrayList<>();
        private int code = 2;
        private boolean isGone;
        private boolean isBusy;

        @Override
        public void open(Deadline deadline) {}

        @Override
        public void close() {}

        @Override
        public void exchange(List<Request> requests, Deadline deadline, Answers answers)
                throws DriverException, BusyException {
            for (int i = 0; i < requests.size(); i++) {
                if (isGone) {
                    throw new DriverException("gone");
                }
                if (isBusy) {
                    throw new BusyException("busy");
                }
                int start = Request.u16(requests.get(i).pdu(), 1);
                int count = Request.u16(requests.get(i).pdu(), 3);
                asked.add(start + "+" + count);
                boolean isWhole = missing.stream().noneMatch(m -> m >= start && m < start + count);
                answers.onAnswer(i, isWhole ? data(start, count) : new Answer(new byte[] {(byte) 0x83, (byte) code}));
            }
        }

        private static Answer data(int start, int count) {
            byte[] pdu = new byte[2 + 2 * count];
            for (int i = 0; i < count; i++) {
                pdu[2 + 2 * i] = (byte) ((start + i) >>> 8);
                pdu[3 + 2 * i] = (byte) (start + i);
            }
            return new Answer(pdu);
        }

        @Override
        public int shareMax() {
            return 1;
        }

        @Override
        public String text() {
            return "fake";
        }
    }

    private static List<RegisterAddress> addresses(String... written) {
        return Stream.of(written)
                .map(a -> RegisterAddress.parse(a, false, false))
                .toList();
    }

    private BlockPlan plan(int gapMax, int countMax, String... written) {
        return new BlockPlan(addresses(written), line, gapMax, countMax, 2);
    }

    private static List<String> blocks(BlockPlan plan) {
        return plan.blocks().stream().map(b -> b.start() + "+" + b.count()).toList();
    }

    private void read(BlockPlan plan) throws Exception {
        line.asked.clear();
        assertEquals(false, plan.read(sink, Deadline.after(Duration.ofSeconds(5))));
    }

    @ParameterizedTest(name = "gap {0}, at most {1}: {2} makes {3}")
    @CsvSource({
        "0, 125, 1 2 3, 1+3",
        "0, 125, 3 1 2, 1+3",
        "0, 125, 1 3, 1+1 3+1",
        "1, 125, 1 3, 1+3",
        "8, 125, 1 10, 1+10",
        "8, 125, 1 11, 1+1 11+1",
        "8, 4, 1 2 3 4 5, 1+4 5+1",
        "8, 125, 1 1 1, 1+1",
        "8, 125, 1:float64 3 4, 1+4",
        "8, 125, 1:int32 2:int32, 1+3",
        "100, 125, 0 100 124 125, 0+125 125+1",
        "8, 3, 1:float64 2, 1+4",
        "8, 3, 1:float64 5, 1+4 5+1"
    })
    void neighboursAreReadTogetherWithinGapAndLimit(int gapMax, int countMax, String registers, String expected) {
        String[] written =
                Stream.of(registers.split(" ", -1)).map(r -> "holding:" + r).toArray(String[]::new);
        assertEquals(List.of(expected.split(" ", -1)), blocks(plan(gapMax, countMax, written)));
    }

    @Test
    void tablesAreReadApartAndBitsCountAsSixteenthsOfARegister() {
        BlockPlan plan = plan(1, 125, "coil:0", "coil:16", "coil:34", "discrete:0", "input:0", "holding:0");
        assertEquals(List.of("0+17", "34+1", "0+1", "0+1", "0+1"), blocks(plan));
        assertEquals(List.of("0+2000", "2000+1"), blocks(plan(100, 125, bits(2001))));
    }

    private static String[] bits(int count) {
        String[] written = new String[count];
        for (int i = 0; i < count; i++) {
            written[i] = "coil:" + i;
        }
        return written;
    }

    @Test
    void everyAddressGetsItsOwnValue() throws Exception {
        BlockPlan plan = plan(8, 125, "holding:300", "holding:5", "holding:7", "holding:5");
        read(plan);
        assertEquals(List.of("5+3", "300+1"), line.asked);
        for (int i = 0; i < 4; i++) {
            assertEquals(new Value.I64(List.of(300, 5, 7, 5).get(i)), sink.value(i));
        }
    }

    @Test
    void anAddressThatTheDeviceDoesNotHaveSpoilsNoOtherAndIsNotAskedForAgain() throws Exception {
        line.missing.add(6);
        BlockPlan plan = plan(8, 125, "holding:4", "holding:5", "holding:6", "holding:7");
        read(plan);
        assertEquals(List.of("4+4", "4+2", "6+2", "6+1", "7+1"), line.asked);
        assertEquals(Map.of(2, Quality.BAD_NODE_ID_UNKNOWN), sink.missing());
        for (int i : List.of(0, 1, 3)) {
            assertEquals(new Value.I64(4 + i), sink.value(i));
        }
        sink.missing().clear();
        read(plan);
        assertEquals(List.of("4+2", "7+1"), line.asked);
        assertEquals(Map.of(2, Quality.BAD_NODE_ID_UNKNOWN), sink.missing());
    }

    @Test
    void aGapThatTheDeviceDoesNotHaveCostsNoAddress() throws Exception {
        line.missing.add(5);
        BlockPlan plan = plan(8, 125, "holding:4", "holding:6");
        read(plan);
        assertEquals(List.of("4+3", "4+1", "6+1"), line.asked);
        assertEquals(Map.of(), sink.missing());
    }

    @Test
    void anotherExceptionIsOfAllAddressesAndSplitsNothing() throws Exception {
        line.missing.add(5);
        line.code = 4;
        BlockPlan plan = plan(8, 125, "holding:4", "holding:5");
        read(plan);
        assertEquals(List.of("4+2"), line.asked);
        assertEquals(Map.of(0, Quality.BAD_DEVICE_FAILURE, 1, Quality.BAD_DEVICE_FAILURE), sink.missing());
        line.missing.clear();
        read(plan);
        assertEquals(List.of("4+2"), line.asked);
    }

    @Test
    void whateverIsMissingTheOthersAreRead() throws Exception {
        long seed = 7;
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            FakeLine device = new FakeLine();
            TreeSet<Integer> wanted = new TreeSet<>();
            for (int i = 0; i < 40; i++) {
                wanted.add(random.nextInt(300));
                device.missing.add(random.nextInt(300));
            }
            List<Integer> registers = List.copyOf(wanted);
            BlockPlan plan = new BlockPlan(
                    addresses(registers.stream().map(r -> "holding:" + r).toArray(String[]::new)), device, 10, 125, 1);
            for (int scan = 0; scan < 2; scan++) {
                RecordingSink told = new RecordingSink();
                plan.read(told, Deadline.after(Duration.ofSeconds(5)));
                for (int i = 0; i < registers.size(); i++) {
                    boolean isMissing = device.missing.contains(registers.get(i));
                    assertEquals(isMissing, told.missing().containsKey(i), "seed " + seed + " round " + round);
                    if (!isMissing) {
                        assertEquals(new Value.I64(registers.get(i)), told.value(i));
                    }
                }
            }
        }
    }

    @Test
    void aLostConnectionIsThrownAndABusyLineIsNot() throws Exception {
        BlockPlan plan = plan(8, 125, "holding:4");
        line.isBusy = true;
        read(plan);
        assertTrue(sink.missing().isEmpty());
        line.isBusy = false;
        line.isGone = true;
        assertThrows(DriverException.class, () -> read(plan));
        line.isGone = false;
        read(plan);
        assertEquals(new Value.I64(4), sink.value(0));
    }
}
