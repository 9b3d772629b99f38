/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import io.bascule.testkit.store.OutboxContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on SQLite; full disks, damage. */
class SqliteOutboxesTest extends OutboxContract {

    private static final int PAGES_OF_A_SMALL_DISK = 120;

    @TempDir
    Path folder;

    private SqliteOutboxes open;

    @Override
    protected Outboxes outboxes() {
        if (open == null) {
            open = new TestStores(folder).outboxes(bytesMax(), StoreSettings.PAGES_MAX);
        }
        return open;
    }

    @Override
    protected Outboxes reopened() {
        close();
        return outboxes();
    }

    @Override
    protected long bytesMax() {
        return 300_000;
    }

    @AfterEach
    void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    @Test
    void onAFullDiskTheOldestOfAllOutboxesAreDroppedAndCounted() throws Exception {
        open = new TestStores(folder).outboxes(100 * TestStores.MIB, PAGES_OF_A_SMALL_DISK);
        Outbox slow = open.open("slow");
        Outbox busy = open.open("busy");
        answer(append(slow, "the very first"));
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        int count = 2000;
        for (int i = 0; i < count; i++) {
            answers.add(append(busy, i + "/" + "x".repeat(1000)));
        }
        for (CompletableFuture<Long> appended : answers) {
            answer(appended);
        }
        assertEquals(1, slow.figures().dropped());
        Outbox.Figures figures = busy.figures();
        List<String> left = texts(busy);
        assertEquals(0, figures.refused());
        assertEquals(count, figures.dropped() + left.size());
        assertTrue(left.size() > 50, left.size() + " left");
        for (int i = 0; i < left.size(); i++) {
            assertTrue(left.get(i).startsWith(figures.dropped() + i + "/"), "the newest stay, in order");
        }
        assertEquals("", figures.problem());
    }

    @Test
    void aFileThatReplacesADamagedOneGivesOtherIds() throws Exception {
        TestStores stores = new TestStores(folder);
        open = stores.outboxes(bytesMax(), StoreSettings.PAGES_MAX);
        answer(append(open.open("broker"), "lost"));
        String id = open.open("broker").peek(0, 1, 100).get(0).id();
        open.close();
        Files.writeString(stores.file("outbox.db"), "not a database at all");
        open = stores.outboxes(bytesMax(), StoreSettings.PAGES_MAX);
        Outbox outbox = open.open("broker");
        assertEquals(List.of(), texts(outbox));
        answer(append(outbox, "new"));
        assertNotEquals(id, outbox.peek(0, 1, 100).get(0).id());
        assertEquals(
                1, stores.alarms.stream().filter(a -> a.contains("set aside")).count(), stores.alarms::toString);
    }
}
