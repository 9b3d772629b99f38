/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.ValueKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The benchmark of updates sees what it claims to see. */
class SequenceRunTest {

    private static final long PACE = 1_000_000;
    private static final int BATCHES = 10;

    private final SequenceRun run = new SequenceRun(PACE, BATCHES);

    private List<Batch> made() {
        run.start();
        List<Batch> made = new ArrayList<>();
        while (!run.isFull()) {
            made.add(run.next());
        }
        return made;
    }

    @Test
    void allIsWellWhenEverythingArrivesAsItWasSentAlsoPutTogetherAndCut() {
        List<Batch> made = made();
        Batch.Builder all = Batch.builder(1);
        made.forEach(all::addAll);
        Batch merged = all.build();
        run.accept(merged.slice(0, 333), 1);
        assertFalse(run.hasAllArrived());
        run.accept(merged.slice(333, merged.size() - 333), 2);
        assertTrue(run.hasAllArrived());
        assertEquals(new SequenceRun.Account(BATCHES * SequenceRun.BATCH, 0, 0, 0, 0), run.account());
    }

    @Test
    void aBatchThatDoesNotArriveIsLost() {
        List<Batch> made = made();
        made.remove(4);
        made.forEach(batch -> run.accept(batch, 1));
        assertEquals(new SequenceRun.Account(BATCHES * SequenceRun.BATCH, SequenceRun.BATCH, 0, 0, 0), run.account());
        assertFalse(run.hasAllArrived());
    }

    @Test
    void theLastBatchIsMissedToo() {
        List<Batch> made = made();
        made.remove(BATCHES - 1);
        made.forEach(batch -> run.accept(batch, 1));
        assertEquals(SequenceRun.BATCH, run.account().lost());
    }

    @Test
    void aBatchThatArrivesTwiceIsDoubledAndOneBeforeItsTurnPutsTheNextOutOfOrder() {
        List<Batch> made = made();
        made.add(5, made.get(3));
        made.add(7, made.remove(8));
        made.forEach(batch -> run.accept(batch, 1));
        assertEquals(
                new SequenceRun.Account(BATCHES * SequenceRun.BATCH, 0, SequenceRun.BATCH, SequenceRun.BATCH, 0),
                run.account());
    }

    @Test
    void whatNobodySentIsStrange() {
        List<Batch> made = made();
        made.forEach(batch -> run.accept(batch, 1));
        run.accept(Batch.builder(1).add(1, ValueKind.I64, Quality.GOOD, 7, -1).build(), 1);
        run.accept(
                Batch.builder(1)
                        .add(1, ValueKind.I64, Quality.GOOD, run.dueNanos(BATCHES), 0)
                        .build(),
                1);
        assertEquals(2, run.account().strange());
        assertEquals(0, run.account().lost());
    }

    @Test
    void waitsCountFromWhenABatchWasDueAndGapsBeyondThePace() {
        List<Batch> made = made();
        for (int i = 0; i < BATCHES; i++) {
            // Batches 4 and 5 are held up until 6 is due.
            int at = i == 4 || i == 5 ? 6 : i;
            run.accept(made.get(i), run.dueNanos(at) + 10);
        }
        long[] waits = run.waits(at -> true);
        assertEquals(BATCHES, waits.length);
        assertEquals(10, SequenceRun.quantile(waits, 0.5));
        assertEquals(2 * PACE + 10, SequenceRun.quantile(waits, 1));
        assertArrayEquals(new long[] {10, 10, 10}, run.waits(at -> at < run.dueNanos(3)));
        assertEquals(2 * PACE, run.longestGap(run.dueNanos(0), run.dueNanos(BATCHES)));
        assertEquals(0, run.longestGap(run.dueNanos(8), run.dueNanos(BATCHES)));
    }

    @Test
    void theSlopeIsThatOfALine() {
        List<long[]> looks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            looks.add(new long[] {100L * i, 7 + 300L * i});
        }
        assertEquals(3, LifecycleReport.slope(looks, 1), 1e-9);
    }
}
