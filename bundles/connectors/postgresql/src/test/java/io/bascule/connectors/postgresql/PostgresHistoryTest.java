/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.ReadingStore;
import io.bascule.testkit.store.ReadingStoreContract;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresHistoryTest extends ReadingStoreContract {

    private static Server server;
    private final List<String> alarms = new CopyOnWriteArrayList<>();
    private PostgresSettings settings;
    private PostgresHistory history;
    private InstantSource clock = InstantSource.system();

    @BeforeAll
    static void startServer() {
        server = Server.start();
    }

    @AfterAll
    static void endServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void choose() {
        settings = server.settings();
    }

    @AfterEach
    void close() {
        if (history != null) {
            history.close();
            assertEquals(List.of(), alarms);
        }
    }

    @Override
    protected ReadingStore store() {
        if (history == null) {
            history = new PostgresHistory(settings, channels, alarms::add, clock);
            history.careNow();
        }
        return history;
    }

    @Override
    protected ReadingStore reopened() {
        store();
        history.close();
        history = null;
        return store();
    }

    private PostgresSettings with(long bytesMax, Duration age) {
        PostgresSettings s = settings;
        return new PostgresSettings(
                s.url(),
                s.account(),
                s.schema(),
                s.timeout(),
                s.outage(),
                s.group(),
                s.waitingBytesMax(),
                bytesMax,
                age,
                s.outboxBytesMax());
    }

    private Batch many(int handle, int from, int count) {
        Batch.Builder batch = Batch.builder(count);
        for (int i = from; i < from + count; i++) {
            batch.add(handle, i, START + i);
        }
        return batch.build();
    }

    @Test
    void beyondItsBytesThoseAppendedFirstGo() throws Exception {
        settings = with(96 * 10_000, Duration.ZERO);
        int handle = channels.openVirtual("bytes/c", ValueKind.F64, "").handle();
        for (int i = 0; i < 15; i++) {
            append(store(), many(handle, i * 1000, 1000));
        }
        while (history.careNow()) {
            assertTrue(store().figures().expired() <= 15_000);
        }
        ReadingStore.Figures figures = store().figures();
        assertTrue(figures.bytes() <= figures.bytesMax(), figures.toString());
        assertTrue(figures.bytes() > figures.bytesMax() * 9 / 10, figures.toString());
        long left = 15_000 - figures.expired();
        assertEquals(left * 96, figures.bytes());
        assertEquals(
                START + figures.expired(),
                store().query(ReadingQuery.of("bytes/c", Long.MIN_VALUE, Long.MAX_VALUE, 1))
                        .readings()
                        .get(0)
                        .timeNanos());
        // The count of bytes is kept with the rows.
        assertEquals(figures.bytes(), reopened().figures().bytes());
    }

    @Test
    void whatBothClocksFindTooOldGoesAndAWrongClockOfTheGatewayRemovesNothing() throws Exception {
        settings = with(64L * 1024 * 1024, Duration.ofDays(1));
        int handle = channels.openVirtual("age/c", ValueKind.F64, "").handle();
        long now = TimeUnit.MILLISECONDS.toNanos(InstantSource.system().millis());
        Batch batch = Batch.builder(2)
                .add(handle, 1, now - TimeUnit.HOURS.toNanos(25))
                .add(handle, 2, now - TimeUnit.HOURS.toNanos(23))
                .build();
        append(store(), batch);
        history.close();
        history = null;
        // Ten years ahead: the server's clock says otherwise.
        clock = InstantSource.fixed(
                Instant.ofEpochSecond(TimeUnit.NANOSECONDS.toSeconds(now)).plus(Duration.ofDays(3650)));
        store();
        assertEquals(1, store().figures().expired());
        ReadingQuery all = ReadingQuery.of("age/c", Long.MIN_VALUE, Long.MAX_VALUE, 10);
        assertEquals(1, store().query(all).readings().size());
    }

    @Test
    void tenThousandBatchesOfOneReadingTakeSeconds() throws Exception {
        int handle = channels.openVirtual("many/c", ValueKind.F64, "").handle();
        List<java.util.concurrent.CompletableFuture<Integer>> answers = new java.util.ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < 10_000; i++) {
            answers.add(store().append(many(handle, i, 1)));
        }
        for (var answer : answers) {
            assertEquals(1, answer.get(20, TimeUnit.SECONDS));
        }
        // Without groups each would be a transaction with a sync of its own.
        assertTrue(System.nanoTime() - begin < Duration.ofSeconds(20).toNanos());
        assertEquals(10_000, store().figures().stored());
    }
}
