/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a lane is woken for what its device tells by itself. */
@Timeout(120)
class MailboxTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final Mailbox mailbox = new Mailbox(HOUR);

    private static Mailbox.Told reading(int index) {
        return new Mailbox.Told(index, new Value.F64(index), Quality.GOOD, index);
    }

    /** The lane waits on a thread of its own. */
    private CompletableFuture<Void> waiting() {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Thread lane = new Thread(
                () -> {
                    try {
                        mailbox.await(HOUR);
                        end.complete(null);
                    } catch (InterruptedException e) {
                        end.completeExceptionally(e);
                    }
                },
                "lane");
        lane.setDaemon(true);
        lane.start();
        return end;
    }

    private static void assertEnds(CompletableFuture<Void> wait) {
        assertTimeoutPreemptively(BOUND, () -> wait.get());
    }

    private static void assertGoesOn(CompletableFuture<Void> wait) {
        assertThrows(TimeoutException.class, () -> wait.get(50, TimeUnit.MILLISECONDS));
    }

    /** From now on an hour is gathered. */
    private void takeOne() {
        mailbox.put(reading(0));
        assertEquals(1, mailbox.readings().size());
    }

    @Test
    void aReadingThatComesAloneIsTakenAtOnce() {
        CompletableFuture<Void> wait = waiting();
        mailbox.put(reading(0));
        assertEnds(wait);
        assertEquals(1, mailbox.readings().size());
    }

    @Test
    void readingsSoonAfterOthersAreTakenTogether() {
        takeOne();
        CompletableFuture<Void> wait = waiting();
        for (int i = 1; i < Mailbox.GATHER_MAX; i++) {
            mailbox.put(reading(i));
        }
        assertGoesOn(wait);
        mailbox.put(reading(Mailbox.GATHER_MAX));
        assertEnds(wait);
        assertEquals(Mailbox.GATHER_MAX, mailbox.readings().size());
    }

    @Test
    void gatheringEndsWithItsTimeAndLeavesNothingBehind() throws InterruptedException {
        Mailbox quick = new Mailbox(TimeUnit.MILLISECONDS.toNanos(1));
        for (int i = 0; i < 100; i++) {
            quick.put(reading(2 * i));
            assertEquals(1, quick.readings().size());
            quick.put(reading(2 * i + 1));
            // An hour would be more than the test's timeout.
            quick.await(HOUR);
            assertEquals(1, quick.readings().size());
        }
    }

    @Test
    void whatIsUrgentDoesNotWaitForReadings() {
        takeOne();
        mailbox.put(reading(1));
        CompletableFuture<Void> woken = waiting();
        assertGoesOn(woken);
        mailbox.wake();
        assertEnds(woken);

        CompletableFuture<Void> written = waiting();
        assertGoesOn(written);
        mailbox.put(new WriteTask(new int[] {0}, List.of(new Value.F64(1))));
        assertEnds(written);
        mailbox.nextWrite();

        CompletableFuture<Void> lost = waiting();
        assertGoesOn(lost);
        mailbox.lost("the line is cut");
        assertEnds(lost);
        assertEquals("the line is cut", mailbox.lostReason());
    }

    @Test
    void theLanesOwnTimeIsKept() throws InterruptedException {
        takeOne();
        mailbox.put(reading(1));
        mailbox.await(TimeUnit.MILLISECONDS.toNanos(1));
        assertEquals(1, mailbox.readings().size());
    }
}
