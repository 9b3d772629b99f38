/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.testkit.FakeChannelRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DividerTest {

    private static final Batch ONE = Batch.builder(1).add(1, 1.0, 1).build();

    private final FakeChannelRegistry channels = new FakeChannelRegistry();

    private Divider divider(String rule) {
        return Divider.of(TrafficRule.parse(rule), channels);
    }

    private static int pick(Divider divider) {
        Batch[] parts = new Batch[TrafficRule.VERSIONS_MAX];
        divider.divide(ONE, parts);
        int[] got =
                IntStream.range(0, parts.length).filter(i -> parts[i] != null).toArray();
        assertEquals(1, got.length);
        assertSame(ONE, parts[got[0]]);
        return got[0];
    }

    private static int[] counts(Divider divider, int batches) {
        int[] counts = new int[TrafficRule.VERSIONS_MAX];
        for (int i = 0; i < batches; i++) {
            counts[pick(divider)]++;
        }
        return counts;
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "all 1.0.0", "shadow 1.0.0 1.1.0"})
    void givesEverythingToTheFirst(String rule) {
        assertArrayEquals(new int[] {100, 0, 0, 0}, counts(divider(rule), 100));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 33, 50, 90, 99, 100})
    void givesEachVersionExactlyItsShareOfEachHundredBatches(int share) {
        Divider divider = divider("weighted 1.0.0=" + (100 - share) + " 1.1.0=" + share);

        for (int hundred = 0; hundred < 20; hundred++) {
            assertArrayEquals(new int[] {100 - share, share, 0, 0}, counts(divider, 100));
        }
        assertEquals(share > 0, divider.isUsed(1));
    }

    @Test
    void spreadsAShareEvenlySoThatTenPercentIsEveryTenthBatch() {
        Divider divider = divider("weighted 1.0.0=90 1.1.0=10");
        List<Integer> at = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            if (pick(divider) == 1) {
                at.add(i);
            }
        }

        for (int i = 1; i < at.size(); i++) {
            assertEquals(10, at.get(i) - at.get(i - 1));
        }
    }

    @Test
    void dividesAmongFourVersions() {
        Divider divider = divider("weighted 1.0.0=70 1.1.0=15 1.2.0=10 1.3.0=5");

        assertArrayEquals(new int[] {700, 150, 100, 50}, counts(divider, 1000));
    }

    @Test
    void goesRound() {
        Divider divider = divider("round-robin 1.0.0 1.1.0 1.2.0");

        assertEquals(
                List.of(0, 1, 2, 0, 1, 2),
                IntStream.range(0, 6).map(i -> pick(divider)).boxed().toList());
    }

    @Test
    void takesMessagesIntoTheTurn() {
        Divider divider = divider("round-robin 1.0.0 1.1.0");

        assertEquals(0, divider.pick("t"));
        assertEquals(1, pick(divider));
        assertEquals(0, divider.pick("t"));
    }

    private int[] open(int count) {
        return IntStream.range(0, count)
                .map(i -> channels.openVirtual("line/point-" + i, ValueKind.F64, "")
                        .handle())
                .toArray();
    }

    @Test
    void keepsAChannelAtItsVersionAndItsReadingsInOrder() {
        int[] handles = open(200);
        Divider divider = divider("by-channel 1.0.0=50 1.1.0=50");
        Map<Integer, Integer> versionOf = new HashMap<>();
        for (int round = 0; round < 3; round++) {
            Batch.Builder builder = Batch.builder(1000);
            for (int i = 0; i < 1000; i++) {
                builder.add(handles[i * 7 % handles.length], i, i);
            }
            Batch batch = builder.build();
            Batch[] parts = new Batch[TrafficRule.VERSIONS_MAX];
            divider.divide(batch, parts);
            assertEquals(1000, parts[0].size() + parts[1].size());
            for (int version = 0; version < 2; version++) {
                double before = -1;
                for (int i = 0; i < parts[version].size(); i++) {
                    Integer known = versionOf.putIfAbsent(parts[version].channel(i), version);
                    assertTrue(known == null || known == version, "a channel has one version");
                    assertTrue(parts[version].asDouble(i) > before, "readings keep their order");
                    before = parts[version].asDouble(i);
                }
            }
        }
        assertEquals(200, versionOf.size());
    }

    @Test
    void dividesByTheNameOfAChannelSoThatTheHandleDoesNotMatter() {
        int[] handles = open(50);
        FakeChannelRegistry other = new FakeChannelRegistry();
        other.openVirtual("something/else", ValueKind.F64, "");
        Divider here = divider("by-channel 1.0.0=50 1.1.0=50");
        Divider there = Divider.of(TrafficRule.parse("by-channel 1.0.0=50 1.1.0=50"), other);
        for (int i = 0; i < handles.length; i++) {
            String name = "line/point-" + i;
            int elsewhere = other.openVirtual(name, ValueKind.F64, "").handle();

            assertEquals(version(here, handles[i]), version(there, elsewhere), name);
            assertEquals(version(here, handles[i]), here.pick(name), "a message on the channel's name goes there too");
        }
    }

    private static int version(Divider divider, int handle) {
        Batch[] parts = new Batch[TrafficRule.VERSIONS_MAX];
        divider.divide(Batch.builder(1).add(handle, 1, 1).build(), parts);
        return parts[0] == null ? 1 : 0;
    }

    @Test
    void givesAVersionItsShareOfTheChannels() {
        int[] handles = open(5000);
        Divider divider = divider("by-channel 1.0.0=80 1.1.0=20");

        long second =
                IntStream.of(handles).filter(h -> version(divider, h) == 1).count();

        assertTrue(second > 850 && second < 1150, second + " of 5000 channels went to the version with 20 of 100");
    }

    @Test
    void copiesNothingWhenABatchGoesToOneVersion() {
        int handle = open(1)[0];
        Batch batch = Batch.builder(2).add(handle, 1, 1).add(handle, 2, 2).build();
        Batch[] parts = new Batch[TrafficRule.VERSIONS_MAX];
        Divider divider = divider("by-channel 1.0.0=100 1.1.0=0");

        divider.divide(batch, parts);

        assertSame(batch, parts[0]);
        assertFalse(divider.isUsed(1));
    }
}
