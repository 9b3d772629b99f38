/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoredReading;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.driver.FaultyProxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The server goes away in every way: what was acknowledged is there once, what is under way waits, then senders are told. */
class OutageTest {

    private static final long START = 1_700_000_000_000_000_000L;
    private static final int WAIT_SECONDS = 40;
    private static final int IN_FLIGHT_MAX = 300;
    private static final long SEED = 20_261_121;

    private static Server server;

    private final FakeChannelRegistry channels = new FakeChannelRegistry();
    private final List<String> alarms = new CopyOnWriteArrayList<>();

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

    private static PostgresSettings changed(PostgresSettings s, Duration outage, String tls, String certificates) {
        Properties account = new Properties();
        account.putAll(s.account());
        account.setProperty("sslmode", tls);
        account.setProperty("sslrootcert", certificates);
        return new PostgresSettings(
                s.url().replace("127.0.0.1", "localhost"),
                account,
                s.schema(),
                s.timeout(),
                outage,
                s.group(),
                s.waitingBytesMax(),
                s.historyBytesMax(),
                s.historyAge(),
                s.outboxBytesMax());
    }

    private PostgresHistory history(PostgresSettings settings) {
        return new PostgresHistory(settings, channels, alarms::add, InstantSource.system());
    }

    private Batch one(int handle, int number) {
        return Batch.builder(1).add(handle, number, START + number).build();
    }

    /** Appends numbered readings until it is stopped, some hundred of them on their way at once. */
    private final class Sender extends Thread {
        private final PostgresHistory history;
        private final int handle;
        private final AtomicBoolean isStopped = new AtomicBoolean();
        private final List<CompletableFuture<Integer>> answers = new ArrayList<>();

        Sender(PostgresHistory history, int handle) {
            this.history = history;
            this.handle = handle;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!isStopped.get()) {
                if (answers.size() < IN_FLIGHT_MAX
                        || answers.get(answers.size() - IN_FLIGHT_MAX).isDone()) {
                    answers.add(history.append(one(handle, answers.size())));
                }
                LockSupport.parkNanos(100_000);
            }
        }

        /** Stops and returns the numbers that were acknowledged; none may have failed. */
        int stopped() throws Exception {
            isStopped.set(true);
            join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            for (CompletableFuture<Integer> answer : answers) {
                assertEquals(1, answer.get(WAIT_SECONDS, TimeUnit.SECONDS));
            }
            return answers.size();
        }
    }

    private void assertEachOnce(PostgresHistory history, String channel, int count) throws StoreException {
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            expected.add(START + i);
        }
        List<Long> found = history
                .query(ReadingQuery.of(channel, Long.MIN_VALUE, Long.MAX_VALUE, ReadingQuery.LIMIT_MAX))
                .readings()
                .stream()
                .map(StoredReading::timeNanos)
                .toList();
        assertEquals(expected, found);
    }

    private static void pause(int millis) {
        long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        Await.until("the next fault", () -> System.nanoTime() - end >= 0);
    }

    @Test
    void aRestartOfTheServerIsWaitedFor() throws Exception {
        int handle = channels.openVirtual("restart/c", ValueKind.F64, "").handle();
        try (PostgresHistory history = history(server.settings())) {
            Sender sender = new Sender(history, handle);
            sender.start();
            for (int i = 0; i < 3; i++) {
                pause(300);
                server.stop();
                server.begin();
            }
            pause(300);
            assertEachOnce(history, "restart/c", sender.stopped());
            assertEquals("", history.figures().problem());
        }
    }

    @Test
    void aServerThatIsKilledLosesAndDoublesNothing() throws Exception {
        Random random = new Random(SEED);
        int handle = channels.openVirtual("kill/c", ValueKind.F64, "").handle();
        try (PostgresHistory history = history(server.settings())) {
            Sender sender = new Sender(history, handle);
            sender.start();
            for (int i = 0; i < 4; i++) {
                pause(100 + random.nextInt(300));
                server.kill();
                server.begin();
            }
            pause(300);
            assertEachOnce(history, "kill/c", sender.stopped());
        }
    }

    @Test
    void aCutConnectionLosesAndDoublesNothingAlsoWhenTheEndOfATransactionIsNotHeardOf() throws Exception {
        Random random = new Random(SEED);
        int handle = channels.openVirtual("cut/c", ValueKind.F64, "").handle();
        try (FaultyProxy proxy = new FaultyProxy(server.port(), SEED);
                PostgresHistory history = history(Server.settings("cut", proxy.port()))) {
            Sender sender = new Sender(history, handle);
            sender.start();
            for (int i = 0; i < 40; i++) {
                pause(20 + random.nextInt(80));
                proxy.set(FaultyProxy.Fault.CUT);
                pause(5);
                proxy.set(FaultyProxy.Fault.NONE);
            }
            pause(300);
            assertEachOnce(history, "cut/c", sender.stopped());
        }
    }

    @Test
    void aServerThatStaysAwayIsSaidAndItsReturnNoticed() throws Exception {
        PostgresSettings settings = changed(server.settings(), Duration.ofMillis(200), "disable", "");
        int handle = channels.openVirtual("away/c", ValueKind.F64, "").handle();
        try (PostgresHistory history = history(settings);
                PostgresOutboxes outboxes = new PostgresOutboxes(settings, alarms::add, InstantSource.system())) {
            assertEquals(1, history.append(one(handle, 0)).get(WAIT_SECONDS, TimeUnit.SECONDS));
            Outbox outbox = outboxes.open("broker");
            byte[] payload = "m".getBytes(StandardCharsets.UTF_8);
            long first = outbox.append("t", payload).get(WAIT_SECONDS, TimeUnit.SECONDS);
            server.stop();
            try {
                assertEquals(StoreException.Reason.UNAVAILABLE, refused(history.append(one(handle, 1))));
                assertEquals(StoreException.Reason.UNAVAILABLE, refused(outbox.append("t", payload)));
                Await.until("a word on it", () -> history.figures().problem().contains("which is tried again"));
                assertThrows(StoreException.class, history::channels);
                assertEquals(1, history.figures().refused());
                assertEquals(1, outbox.figures().refused());
                assertFalse(alarms.isEmpty());
            } finally {
                server.begin();
            }
            Await.until(
                    "its return",
                    () -> history.figures().problem().isEmpty()
                            && outbox.figures().problem().isEmpty());
            assertEquals(1, history.append(one(handle, 1)).get(WAIT_SECONDS, TimeUnit.SECONDS));
            assertEachOnce(history, "away/c", 2);
            assertTrue(outbox.append("t", payload).get(WAIT_SECONDS, TimeUnit.SECONDS) > first);
            assertEquals(
                    2,
                    new HashSet<>(outbox.peek(0, 10, 10).stream()
                                    .map(Outbox.Message::id)
                                    .toList())
                            .size());
        }
    }

    private static StoreException.Reason refused(CompletableFuture<?> answer) {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> answer.get(WAIT_SECONDS, TimeUnit.SECONDS));
        return assertInstanceOf(StoreException.class, failure.getCause()).reason();
    }

    @Test
    void startsWithoutItsServerAndStopsWithoutIt() {
        server.stop();
        PostgresHistory history = history(server.settings());
        try {
            Await.until("a word on it", () -> history.figures().problem().contains("which is tried again"));
            long begin = System.nanoTime();
            CompletableFuture<Integer> waiting = history.append(
                    one(channels.openVirtual("stop/c", ValueKind.F64, "").handle(), 0));
            history.close();
            assertTrue(System.nanoTime() - begin < Duration.ofSeconds(5).toNanos());
            assertTrue(waiting.isCompletedExceptionally());
            assertEquals(StoreException.Reason.CLOSED, refused(history.append(one(1, 0))));
        } finally {
            history.close();
            server.begin();
        }
    }

    @Test
    void twoGatewaysDoNotShareASchema() throws Exception {
        PostgresSettings settings = server.settings();
        PostgresHistory first = history(settings);
        first.careNow();
        try (PostgresHistory second = history(settings)) {
            Await.until("its refusal", () -> second.figures().problem().contains("is used by another session"));
            first.close();
            Await.until("its turn", () -> second.figures().problem().isEmpty());
        } finally {
            first.close();
        }
    }

    @Test
    void theServersCertificateAndThePasswordCount() {
        PostgresSettings settings = server.settings();
        String certificate = server.certificateFile().toString();
        try (PostgresHistory checked = history(changed(settings, Duration.ZERO, "verify-full", certificate))) {
            Await.until(
                    "a checked connection", () -> checked.figures().problem().isEmpty());
        }
        PostgresSettings elsewhere = changed(settings, Duration.ZERO, "verify-full", certificate + ".missing");
        try (PostgresHistory unchecked = history(elsewhere)) {
            Await.until("its refusal", () -> unchecked.figures().problem().contains(".missing"));
        }
        settings.account().setProperty("password", "wrong");
        try (PostgresHistory stranger = history(settings)) {
            Await.until("its refusal", () -> stranger.figures().problem().contains("password authentication failed"));
            assertFalse(stranger.figures().problem().contains("wrong"), "the password is told");
        }
    }
}
