/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outbox.Message;
import io.bascule.api.store.StoreException;
import io.bascule.testkit.Await;
import io.bascule.testkit.SmallDisk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outboxes on disks of a few MiB that are full: by them, by others, from the beginning, and when the process is killed. */
@Timeout(300)
class FullDiskTest {

    private static final long OUTBOX_BYTES_MAX = 256 * TestStores.MIB;
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final int PAYLOAD_BYTES = 900;
    private static final int IN_FLIGHT = 500;

    @TempDir
    Path parent;

    private long appended;

    @BeforeAll
    static void loadTheNativeLibraryFromElsewhere(@TempDir Path elsewhere) {
        // What is loaded from a disk keeps it from being unmounted.
        new TestStores(elsewhere)
                .outboxes(TestStores.MIB, StoreSettings.PAGES_MAX)
                .close();
    }

    private SmallDisk disk(int mebibytes) throws IOException, InterruptedException {
        return SmallDisk.mount(parent.resolve("disk" + mebibytes), mebibytes);
    }

    private static SqliteOutboxes open(TestStores stores) {
        return stores.outboxes(OUTBOX_BYTES_MAX, StoreSettings.PAGES_MAX);
    }

    private CompletableFuture<Long> append(Outbox outbox, int payloadBytes) {
        String text = appended + "/";
        appended++;
        return outbox.append("t", (text + "x".repeat(payloadBytes - text.length())).getBytes(StandardCharsets.UTF_8));
    }

    /** Appends so many bytes, a few hundred messages at a time; each of them is taken. */
    private void append(Outbox outbox, int payloadBytes, long bytes) throws Exception {
        Deque<CompletableFuture<Long>> inFlight = new ArrayDeque<>();
        for (long sent = 0; sent < bytes; sent += payloadBytes) {
            inFlight.add(append(outbox, payloadBytes));
            if (inFlight.size() >= IN_FLIGHT) {
                inFlight.remove().get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
            }
        }
        for (CompletableFuture<Long> answer : inFlight) {
            answer.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static long numberOf(Message message) {
        String text = new String(message.payload(), StandardCharsets.UTF_8);
        return Long.parseLong(text.substring(0, text.indexOf('/')));
    }

    /** What was taken is there or counted, and what is there is the newest. Returns how many messages that is. */
    private long checkThatTheNewestAreLeft(Outbox outbox, long taken) throws StoreException {
        Outbox.Figures figures = outbox.figures();
        List<Message> left = outbox.peek(0, 100_000, Long.MAX_VALUE);
        assertEquals(taken, figures.dropped() + left.size(), "dropped and left");
        assertEquals(figures.messages(), left.size());
        for (int i = 0; i < left.size(); i++) {
            assertEquals(figures.dropped() + i, numberOf(left.get(i)), "the newest, in order, without a gap");
        }
        return left.size();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8, 24})
    void whatFillsItsOwnDiskDropsItsOldestMessagesAndTakesAllNewOnes(int mebibytes) throws Exception {
        try (SmallDisk disk = disk(mebibytes)) {
            TestStores stores = new TestStores(disk.folder());
            long bytes = mebibytes * TestStores.MIB;
            try (SqliteOutboxes outboxes = open(stores)) {
                Outbox outbox = outboxes.open("broker");
                append(outbox, PAYLOAD_BYTES, 4 * bytes);
                long left = checkThatTheNewestAreLeft(outbox, appended);
                assertEquals(0, outbox.figures().refused());
                assertTrue(left * PAYLOAD_BYTES > bytes / 4, left + " messages left of " + bytes + " bytes of disk");
                assertEquals("", outbox.figures().problem());
            }
            try (SqliteOutboxes outboxes = open(stores)) {
                Outbox outbox = outboxes.open("broker");
                checkThatTheNewestAreLeft(outbox, appended);
                append(outbox, 400, bytes);
                checkThatTheNewestAreLeft(outbox, appended);
                // Nothing is lost on the way out, and the disk can be used again and again.
                outbox.acknowledge(Long.MAX_VALUE).get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
                append(outbox, PAYLOAD_BYTES, bytes / 8);
                assertEquals(
                        bytes / 8 / PAYLOAD_BYTES + 1,
                        outbox.peek(0, 100_000, Long.MAX_VALUE).size());
            }
            assertEquals(List.of(), stores.alarms);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8, 24})
    void whenOthersTakeAllThatIsLeftTheOldestMessagesMakeRoomForNewOnes(int mebibytes) throws Exception {
        try (SmallDisk disk = disk(mebibytes)) {
            TestStores stores = new TestStores(disk.folder());
            long bytes = mebibytes * TestStores.MIB;
            try (SqliteOutboxes outboxes = open(stores)) {
                Outbox outbox = outboxes.open("broker");
                append(outbox, PAYLOAD_BYTES, bytes / 4);
                assertEquals(0, outbox.figures().dropped());
                assertTrue(disk.fill() > 0);
                append(outbox, PAYLOAD_BYTES, bytes);
                disk.fill();
                append(outbox, PAYLOAD_BYTES, bytes);
                long left = checkThatTheNewestAreLeft(outbox, appended);
                assertTrue(left * PAYLOAD_BYTES > bytes / 16, left + " messages left of " + bytes + " bytes of disk");
                assertEquals(0, outbox.figures().refused());
                disk.free();
                Await.until("the disk is used again", () -> {
                    try {
                        append(outbox, PAYLOAD_BYTES, bytes / 16);
                    } catch (Exception e) {
                        throw new AssertionError("not taken though there is room", e);
                    }
                    return outbox.figures().messages() * PAYLOAD_BYTES > bytes / 3;
                });
                checkThatTheNewestAreLeft(outbox, appended);
            }
            assertEquals(List.of(), stores.alarms);
        }
    }

    @Test
    void whenNoRoomCanBeMadeThatIsSaidOnceAndItGoesOnWhenThereIsRoom() throws Exception {
        try (SmallDisk disk = disk(8)) {
            TestStores stores = new TestStores(disk.folder());
            try (SqliteOutboxes outboxes = open(stores)) {
                Outbox outbox = outboxes.open("broker");
                append(outbox, PAYLOAD_BYTES, TestStores.MIB);
                long taken = appended;
                // What is put aside goes as well: neither the log of the database nor the file can become larger.
                disk.fill();
                Files.delete(stores.file("outbox.reserve"));
                disk.fill();
                int tooLarge = (int) (2 * TestStores.MIB);
                for (int i = 0; i < 20; i++) {
                    CompletableFuture<Long> refused = append(outbox, tooLarge);
                    ExecutionException failure = assertThrows(
                            ExecutionException.class, () -> refused.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS));
                    StoreException reason = assertInstanceOf(StoreException.class, failure.getCause());
                    assertEquals(StoreException.Reason.FULL, reason.reason());
                }
                assertEquals(20, outbox.figures().refused());
                assertEquals(
                        taken, outbox.figures().messages() + outbox.figures().dropped());
                assertEquals(1, stores.alarms.size(), stores.alarms::toString);
                assertTrue(stores.alarms.get(0).contains("no room"), stores.alarms::toString);
                disk.free();
                Await.until("it is taken", () -> append(outbox, tooLarge)
                        .handle((sequence, reason) -> reason == null)
                        .join());
            }
        }
    }

    @Test
    void whatCannotBeOpenedOnAFullDiskSaysSoOnceAndOpensWhenThereIsRoom() throws Exception {
        try (SmallDisk disk = disk(3)) {
            disk.fill();
            TestStores stores = new TestStores(disk.folder());
            try (SqliteOutboxes outboxes = stores.unopened(OUTBOX_BYTES_MAX)) {
                Outbox outbox = outboxes.open("broker");
                long begin = System.nanoTime();
                Await.until("longer than the time after which it is tried again", () -> {
                    assertThrows(ExecutionException.class, () -> append(outbox, PAYLOAD_BYTES)
                            .get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS));
                    return System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(9);
                });
                assertTrue(outbox.figures().problem().contains("cannot be opened"), outbox.figures()::problem);
                assertEquals(1, stores.alarms.size(), stores.alarms::toString);
                disk.free();
                Await.until("it opens", () -> outbox.figures().problem().isEmpty());
                appended = 0;
                append(outbox, PAYLOAD_BYTES, TestStores.MIB / 2);
                assertEquals(appended, checkThatTheNewestAreLeft(outbox, appended));
            }
            assertEquals(1, stores.alarms.size(), stores.alarms::toString);
        }
    }

    @Test
    void anEmptyOutboxTakesMessagesThoughOthersHaveTakenAllThatIsLeft() throws Exception {
        try (SmallDisk disk = disk(24)) {
            TestStores stores = new TestStores(disk.folder());
            try (SqliteOutboxes outboxes = open(stores)) {
                Outbox outbox = outboxes.open("broker");
                disk.fill();
                append(outbox, PAYLOAD_BYTES, 8 * TestStores.MIB);
                long left = checkThatTheNewestAreLeft(outbox, appended);
                assertTrue(left * PAYLOAD_BYTES > TestStores.MIB, left + " messages left");
            }
            assertEquals(List.of(), stores.alarms);
        }
    }

    @Test
    void aFileThatWasClosedOpensOnADiskThatOthersHaveFilledMeanwhile() throws Exception {
        try (SmallDisk disk = disk(8)) {
            TestStores stores = new TestStores(disk.folder());
            try (SqliteOutboxes outboxes = open(stores)) {
                append(outboxes.open("broker"), PAYLOAD_BYTES, TestStores.MIB);
            }
            disk.fill();
            try (SqliteOutboxes outboxes = open(stores)) {
                Outbox outbox = outboxes.open("broker");
                checkThatTheNewestAreLeft(outbox, appended);
                append(outbox, PAYLOAD_BYTES, 4 * TestStores.MIB);
                checkThatTheNewestAreLeft(outbox, appended);
            }
            assertEquals(List.of(), stores.alarms);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8})
    void killedAgainAndAgainOnADiskThatItFillsNothingTakenIsMissingButWhatWasDropped(int mebibytes) throws Exception {
        // The killed process keeps SQLite's native library there as well.
        try (SmallDisk disk = disk(mebibytes)) {
            long taken = 0;
            for (int round = 0; round < 3; round++) {
                taken = fillAndKill(disk, taken, 9_000);
                TestStores stores = new TestStores(disk.folder());
                try (SqliteOutboxes outboxes = open(stores)) {
                    Outbox outbox = outboxes.open("killed");
                    List<Message> left = outbox.peek(0, 100_000, Long.MAX_VALUE);
                    long next = numberOf(left.get(left.size() - 1)) + 1;
                    assertTrue(next >= taken, "the last one is " + next + "; taken were " + taken);
                    checkThatTheNewestAreLeft(outbox, next);
                    assertTrue(outbox.figures().dropped() > 0);
                    taken = next;
                }
                assertEquals(List.of(), stores.alarms);
            }
        }
    }

    /** Returns the number after the last one that was said to be taken. */
    private static long fillAndKill(SmallDisk disk, long first, int messagesToSee) throws IOException {
        Process process =
                KilledProcess.start(KilledOutbox.class, disk.folder().toString(), "" + first, "" + PAYLOAD_BYTES);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (int seen = 0; seen < messagesToSee; seen++) {
                String line = out.readLine();
                assertNotNull(line, "the process ended by itself after " + seen + " messages");
                assertEquals("m " + (first + seen), line);
            }
        } finally {
            process.destroyForcibly();
        }
        process.onExit().join();
        return first + messagesToSee;
    }
}
