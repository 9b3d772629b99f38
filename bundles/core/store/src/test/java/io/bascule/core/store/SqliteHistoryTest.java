/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.ReadingStore;
import io.bascule.api.store.StoreException;
import io.bascule.testkit.ManualClock;
import io.bascule.testkit.store.ReadingStoreContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on SQLite; retention, full disks, damage. */
class SqliteHistoryTest extends ReadingStoreContract {

    @TempDir
    Path folder;

    private SqliteHistory open;

    @Override
    protected ReadingStore store() {
        if (open == null) {
            open = new TestStores(folder).history(channels);
        }
        return open;
    }

    @Override
    protected ReadingStore reopened() {
        open.close();
        open = null;
        return store();
    }

    @AfterEach
    void close() {
        if (open != null) {
            open.close();
        }
    }

    private Batch batch(String channel, int size, long fromNanos) {
        int handle = channels.openVirtual(channel, ValueKind.F64, "").handle();
        Batch.Builder batch = Batch.builder(size);
        for (int i = 0; i < size; i++) {
            batch.add(handle, i, fromNanos + i);
        }
        return batch.build();
    }

    private int count(String channel) throws StoreException {
        return open.query(ReadingQuery.of(channel, 0, Long.MAX_VALUE, ReadingQuery.LIMIT_MAX))
                .readings()
                .size();
    }

    @Test
    void beyondItsBytesThoseAppendedFirstGoWhateverTheirTime() throws Exception {
        TestStores stores = new TestStores(folder);
        open = stores.history(
                channels, stores.settings(2 * TestStores.MIB, Duration.ZERO, TestStores.MIB, StoreSettings.PAGES_MAX));
        // A device whose clock is in the future does not push out what comes later.
        append(open, batch("future/c", 1000, START * 2));
        for (int i = 0; i < 100; i++) {
            append(open, batch("now/c", 1000, START + i * 1000L));
        }
        while (open.careNow()) {
            assertTrue(open.figures().expired() <= 101_000);
        }
        assertTrue(open.figures().bytes() <= 2 * TestStores.MIB, () -> "" + open.figures());
        assertEquals(0, count("future/c"));
        int left = count("now/c");
        assertTrue(left > 10_000 && left < 60_000, left + " left");
        assertEquals(101_000, open.figures().expired() + left);
        long newest = START + 99_999;
        assertEquals(
                1,
                open.query(ReadingQuery.of("now/c", newest, newest + 1, 2))
                        .readings()
                        .size());
    }

    @Test
    void oldReadingsGoByTheirSourceTimeButNotAfterAJumpOfTheClock() throws Exception {
        TestStores stores = new TestStores(folder);
        ManualClock clock = new ManualClock();
        AtomicLong nanos = new AtomicLong();
        StoreSettings settings =
                stores.settings(64 * TestStores.MIB, Duration.ofDays(10), TestStores.MIB, StoreSettings.PAGES_MAX);
        open = TestStores.opened(new SqliteHistory(settings, channels, stores.alarms::add, clock, nanos::get));
        long now = TimeUnit.MILLISECONDS.toNanos(clock.millis());
        append(open, batch("old/c", 30_000, now - Duration.ofDays(11).toNanos()));
        append(open, batch("new/c", 10, now));
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        clock.advance(Duration.ofMinutes(2));
        assertTrue(open.careNow(), "more than one step");
        assertFalse(open.careNow());
        assertEquals(0, count("old/c"));
        assertEquals(10, count("new/c"));
        // The clock says a year later; nobody waited that long.
        clock.advance(Duration.ofDays(365));
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        open.careNow();
        assertEquals(10, count("new/c"));
        // After a day with the same clock it is believed.
        clock.advance(Duration.ofDays(1));
        nanos.addAndGet(Duration.ofDays(1).toNanos());
        open.careNow();
        assertEquals(0, count("new/c"));
        assertEquals(30_010, open.figures().expired());
    }

    @Test
    void aFullDiskRefusesReadingsWithAReasonAndLosesNone() throws Exception {
        TestStores stores = new TestStores(folder);
        open = stores.history(channels, stores.settings(64 * TestStores.MIB, Duration.ZERO, TestStores.MIB, 100));
        int stored = 0;
        StoreException refused = null;
        while (refused == null) {
            try {
                stored += append(open, batch("disk/c", 1000, START + stored));
            } catch (StoreException e) {
                refused = e;
            }
        }
        assertEquals(StoreException.Reason.FULL, refused.reason());
        assertTrue(refused.getMessage().contains("no space is left"), refused.getMessage());
        assertTrue(stored > 0);
        assertEquals(stored, count("disk/c"));
        assertEquals(1000, open.figures().refused());
        assertEquals(stored, open.figures().stored());
        assertEquals("", open.figures().problem());
    }

    @Test
    void aDamagedFileIsSetAsideWithAnAlarmAndANewOneBegun() throws Exception {
        TestStores stores = new TestStores(folder);
        open = stores.history(channels);
        append(open, batch("a/c", 5000, START));
        open.close();
        Path file = stores.file("history.db");
        try (FileChannel damage = FileChannel.open(file, StandardOpenOption.WRITE)) {
            damage.write(ByteBuffer.wrap("not a database at all".getBytes(java.nio.charset.StandardCharsets.UTF_8)), 0);
        }
        open = stores.history(channels);
        assertEquals(10, append(open, batch("a/c", 10, START)));
        assertEquals(10, count("a/c"));
        assertTrue(Files.exists(stores.file("history.db.damaged-1")));
        assertTrue(stores.alarms.stream().anyMatch(a -> a.contains("set aside")), stores.alarms::toString);
    }

    @Test
    void onlyTheNewestDamagedFilesAreKept() throws Exception {
        Path file = folder.resolve("x.db");
        SetAside damaged = new SetAside(file);
        for (int i = 1; i <= 5; i++) {
            Files.writeString(file, "generation " + i);
            assertEquals("x.db.damaged-" + i, "" + damaged.setAside().getFileName());
        }
        assertEquals("generation 5", Files.readString(folder.resolve("x.db.damaged-5")));
        assertEquals(2, files());
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void afterClosingEverythingIsRefusedAndNoThreadIsLeft() throws Exception {
        store();
        append(open, batch("a/c", 1, START));
        open.close();
        StoreException refused = assertThrows(StoreException.class, () -> append(open, batch("a/c", 1, START)));
        assertEquals(StoreException.Reason.CLOSED, refused.reason());
        assertThrows(StoreException.class, open::channels);
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().equals("bascule-store-history")));
        open.close();
    }
}
