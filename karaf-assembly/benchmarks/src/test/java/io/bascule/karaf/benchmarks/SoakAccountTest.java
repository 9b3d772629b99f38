/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accounts of small soaks that were made up: one that is whole, and each way in which one can be wrong. */
class SoakAccountTest {

    private static final int READINGS = 5;
    private static final int GOOD = 0;
    private static final int BAD = 0x8000;

    private final SoakLedger ledger = new SoakLedger();
    private final Properties figures = new Properties();

    @TempDir
    private Path folder;

    @BeforeEach
    void aWholeOne() throws SQLException {
        figure("seen.s0/count", READINGS + 1);
        figure("highest.s0/count", READINGS - 1);
        figure("seen.m0/c0", READINGS);
        figure("stage.field.out.in", READINGS);
        execute("CREATE TABLE channel (id INTEGER PRIMARY KEY, name TEXT)");
        execute("CREATE TABLE reading (id INTEGER PRIMARY KEY, channel INTEGER, quality INTEGER, value)");
        execute("INSERT INTO channel VALUES (1, 's0/count'), (2, 'm0/c0')");
        for (int i = 0; i < READINGS; i++) {
            store(1, GOOD, i);
            store(2, GOOD, 1000);
            hear(i, i + 10);
            message("{\"id\":\"d-" + i + "\",\"channel\":\"m0/c0\",\"value\":1000,\"quality\":\"good\"}");
        }
        // The device says that it is away: last value, other quality.
        store(1, BAD, READINGS - 1);
        message("{\"id\":\"f-90\",\"channel\":\"s0/count\",\"value\":4,\"quality\":\"bad:not-connected\"}");
    }

    private void figure(String key, long value) {
        figures.setProperty(key, Long.toString(value));
    }

    private void execute(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("history.db"));
                Statement each = connection.createStatement()) {
            each.execute(statement);
        }
    }

    private void store(int channel, int quality, long value) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("history.db"));
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO reading (channel, quality, value) VALUES (?, ?, ?)")) {
            insert.setInt(1, channel);
            insert.setInt(2, quality);
            insert.setLong(3, value);
            insert.executeUpdate();
        }
    }

    private void hear(int number, int id) {
        message("{\"id\":\"f-" + id + "\",\"channel\":\"s0/count\",\"value\":" + number + ",\"quality\":\"good\"}");
    }

    private void message(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertNull(ledger.accept(bytes, 0, bytes.length));
    }

    private List<String> problems() throws SQLException {
        return new SoakAccount(new SoakFigures(figures), ledger, SoakHistory.read(folder.resolve("history.db")))
                .problems();
    }

    private void expect(String part) throws SQLException {
        List<String> problems = problems();
        assertTrue(problems.stream().anyMatch(problem -> problem.contains(part)), problems.toString());
    }

    @Test
    void aWholeAccountHasNoProblem() throws SQLException {
        assertEquals(List.of(), problems());
    }

    @Test
    void aMessageThatComesAgainUnderItsIdIsNoProblem() throws SQLException {
        hear(2, 12);
        assertEquals(List.of(), problems());
        assertEquals(1, ledger.totals().repeated());
    }

    @Test
    void aReadingThatComesAgainUnderAnotherIdIsAProblem() throws SQLException {
        hear(2, 99);
        expect("under two ids");
    }

    @Test
    void aReadingThatIsNotInTheHistoryIsAProblemUnlessItWasCounted() throws SQLException {
        execute("DELETE FROM reading WHERE channel = 1 AND value = 3");
        expect("1 numbered readings are not in the history");
        figure("stage.line.keep.dropped", 1);
        assertEquals(List.of(), problems());
    }

    @Test
    void aDropThatDidNotHappenIsAProblem() throws SQLException {
        figure("stage.line.keep.dropped", 1);
        expect("flow line");
    }

    @Test
    void aReadingThatIsInTheHistoryTwiceIsAProblem() throws SQLException {
        store(1, GOOD, 3);
        expect("twice");
    }

    @Test
    void aReadingThatDidNotArriveIsAProblemUnlessItWasCounted() throws SQLException {
        figure("highest.s0/count", READINGS);
        figure("seen.s0/count", READINGS + 2);
        store(1, GOOD, READINGS);
        expect("1 numbered readings did not arrive");
        figure("outbox.dropped.mqtt-soak", 1);
        assertEquals(List.of(), problems());
    }

    @Test
    void aReadingThatArrivesAfterALaterOneIsAProblem() throws SQLException {
        figure("highest.s0/count", READINGS + 1);
        figure("seen.s0/count", READINGS + 3);
        store(1, GOOD, READINGS);
        store(1, GOOD, READINGS + 1);
        hear(READINGS + 1, 50);
        hear(READINGS, 51);
        expect("after a later one");
    }

    @Test
    void whatADeviceWithFaultsSaidAndIsNowhereIsAProblem() throws SQLException {
        execute("DELETE FROM reading WHERE channel = 2 AND id = (SELECT max(id) FROM reading WHERE channel = 2)");
        expect("flow field");
    }

    @Test
    void whatTheStoreLetGoByItsAgeIsCounted() throws SQLException {
        figure("store.expired", 1);
        expect("let go");
        execute("DELETE FROM reading WHERE channel = 2 AND id = (SELECT max(id) FROM reading WHERE channel = 2)");
        assertEquals(List.of(), problems());
    }

    @Test
    void whatIsSentDirectlyMayBeDroppedIfItIsCounted() throws SQLException {
        figure("seen.m0/c0", READINGS + 1);
        figure("stage.field.out.in", READINGS + 1);
        store(2, GOOD, 1000);
        expect("arrived over MQTT");
        figure("stage.field.out.dropped", 1);
        assertEquals(List.of(), problems());
    }

    @Test
    void whatStillWaitsIsAProblem() throws SQLException {
        figure("outbox.messages.mqtt-soak", 3);
        expect("still wait");
    }

    @Test
    void whatNobodyUnderstandsIsAProblemAndAReplyIsNone() throws SQLException {
        byte[] reply = "{\"id\":\"command-1\",\"results\":[]}".getBytes(StandardCharsets.UTF_8);
        assertNotNull(ledger.accept(reply, 0, reply.length));
        assertEquals(List.of(), problems());
        message("torn {");
        expect("not understood");
    }
}
