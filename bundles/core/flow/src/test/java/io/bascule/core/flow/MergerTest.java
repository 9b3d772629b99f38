/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.core.flow.definition.FlowDefinition.BatchRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MergerTest {

    private static Batch batch(int first, int count) {
        Batch.Builder builder = Batch.builder(count);
        for (int i = 0; i < count; i++) {
            builder.add(1, first + i, 0);
        }
        return builder.build();
    }

    @Test
    void handsABatchThatFitsOnAsItIs() {
        Merger merger = new Merger(new BatchRule(10, Duration.ZERO));
        Batch batch = batch(0, 10);
        merger.add(batch, 0);

        assertSame(batch, merger.take(100));
    }

    @Test
    void waitsUntilTheBatchIsFullOrOldEnough() {
        Merger merger = new Merger(new BatchRule(10, Duration.ofNanos(100)));
        merger.add(batch(0, 4), 1000);

        assertFalse(merger.isDue(1099));
        assertEquals(1100, merger.dueNanos());
        assertTrue(merger.isDue(1100));
        merger.add(batch(4, 6), 1050);
        assertTrue(merger.isDue(1050));
    }

    /** Whatever sizes come in and go out: all readings, in order, never more than allowed. */
    @Test
    void keepsEveryReadingInOrderForAnySizes() {
        long seed = 20_261_121;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int sizeMax = 1 + random.nextInt(20);
            int limit = 1 + random.nextInt(20);
            Merger merger = new Merger(new BatchRule(sizeMax, Duration.ZERO));
            List<Double> out = new ArrayList<>();
            int in = 0;
            for (int b = 0; b < 20; b++) {
                int size = random.nextInt(30);
                merger.add(batch(in, size), 0);
                in += size;
                while (merger.size() > 0 && (random.nextBoolean() || b == 19)) {
                    Batch taken = merger.take(limit);
                    assertTrue(taken.size() <= Math.min(sizeMax, limit), "seed " + seed);
                    for (int i = 0; i < taken.size(); i++) {
                        out.add(taken.asDouble(i));
                    }
                }
            }
            assertEquals(in, out.size(), "seed " + seed);
            for (int i = 0; i < in; i++) {
                assertEquals(i, out.get(i), "seed " + seed);
            }
        }
    }
}
