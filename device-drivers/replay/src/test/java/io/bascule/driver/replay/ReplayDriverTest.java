/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.Await;
import io.bascule.testkit.ManualClock;
import io.bascule.testkit.SessionContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayDriverTest extends SessionContract {

    private static final long T0 = 1_386_018_900_000_000_000L;
    private static final long MINUTE = 60_000_000_000L;
    private static final String THREE_ROWS =
            "timestamp,value\n2013-12-02 21:15:00,73.5\n2013-12-02 21:16:00,74.25\n2013-12-02 21:17:00,75\n";

    @TempDir
    private Path folder;

    @Override
    protected Running start(ChannelRegistry channels) {
        Path file = write(THREE_ROWS);
        return start(channels, Map.of("file", file.toString(), "loops", 0, "waitForSubscriber", false));
    }

    @Override
    protected String device() {
        return "m1";
    }

    @Override
    protected String threadPrefix() {
        return ReplayDriver.PID + "-";
    }

    private Path write(String text) {
        try {
            return Files.writeString(folder.resolve("data.csv"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Running start(ChannelRegistry channels, Map<String, Object> changes) {
        Map<String, Object> values = new HashMap<>(Map.of("device", "m1", "speed", 0.0));
        values.putAll(changes);
        // The contract's endless replay must not fill the memory of the fake.
        values.putIfAbsent("retryMinMillis", 1);
        if (Integer.valueOf(0).equals(values.get("loops"))) {
            values.put("speed", 6000.0);
        }
        return new ReplayDriver(channels, TestConfig.with(values), new ManualClock())::deactivate;
    }

    /** Replays the text once and returns how it ended. */
    private String replay(String text, Map<String, Object> changes) {
        Map<String, Object> values = new HashMap<>(changes);
        values.put("file", write(text).toString());
        values.putIfAbsent("waitForSubscriber", false);
        Running driver = start(registry, values);
        try {
            Await.until("the end", () -> last().startsWith("disconnected: replay finished"));
            return last();
        } finally {
            driver.stop();
        }
    }

    private String last() {
        List<String> history = session().history();
        return history.isEmpty() ? "" : history.get(history.size() - 1);
    }

    private static Reading f64(int handle, double value, long time) {
        return new Reading(handle, new Value.F64(value), Quality.GOOD, time);
    }

    @Test
    void replaysTheFileWithItsOwnTimesAndSaysHowItEnded() {
        String end = replay(THREE_ROWS, Map.of());
        int handle = session().channel("m1/value").handle();
        assertEquals(
                List.of(f64(handle, 73.5, T0), f64(handle, 74.25, T0 + MINUTE), f64(handle, 75, T0 + 2 * MINUTE)),
                session().published());
        assertEquals("disconnected: replay finished: passes=1 rows=3 readings=3 badRows=0", end);
    }

    @Test
    void namesAndTypesChannelsAsConfigured() {
        String text = "when;temp;on;note\n1386018900;20;true;\"a;b\"\n1386018960;;false;\n";
        replay(
                text,
                Map.of(
                        "delimiter", ";",
                        "timestampColumn", "when",
                        "columns",
                                new String[] {"temp=oil/temperature(unit=degC);on(kind=bool);note=text(kind=text)"}));
        assertEquals("degC", session().channel("m1/oil/temperature").unit());
        assertEquals(ValueKind.BOOL, session().channel("m1/on").kind());
        // An empty cell is no reading, not a bad row.
        assertEquals(1, session().published("m1/oil/temperature").size());
        assertEquals(2, session().published("m1/on").size());
        assertEquals(
                List.of(new Value.Text("a;b")),
                session().published("m1/text").stream().map(Reading::value).toList());
    }

    @Test
    void leavesBadRowsOutAndCountsThem() {
        String end = replay(
                "timestamp,value\n1,1\nyesterday,2\n3,three\n4\n5,5,5\n6,1d\n7,\"7\"x\n8,8\n",
                Map.of("badRowsShown", 2));
        assertEquals("disconnected: replay finished: passes=1 rows=2 readings=2 badRows=6", end);
        assertEquals(
                List.of(new Value.F64(1), new Value.F64(8)),
                session().published().stream().map(Reading::value).toList());
    }

    @Test
    void replaysAsOftenAsConfigured() {
        String end = replay(THREE_ROWS, Map.of("loops", 3, "batchSize", 2));
        assertEquals(9, session().published().size());
        assertTrue(end.contains("passes=3"), end);
        assertEquals(1, session().history().stream().filter("connected"::equals).count());
    }

    @Test
    void movesTimesToNowAndKeepsTheirDistances() {
        replay(THREE_ROWS, Map.of("shiftToNow", true));
        long now = ManualClock.START.toEpochMilli() * 1_000_000;
        assertEquals(
                List.of(now, now + MINUTE, now + 2 * MINUTE),
                session().published().stream().map(Reading::timeNanos).toList());
    }

    @Test
    void keepsTheRecordedPace() {
        // Two minutes at 1200 times the speed are 100 ms.
        long before = System.nanoTime();
        replay(THREE_ROWS, Map.of("speed", 1200.0));
        assertTrue(System.nanoTime() - before >= 100_000_000L);
        assertEquals(3, session().published().size());
    }

    @Test
    void waitsForASubscriberAndSaysSo() {
        Path file = write(THREE_ROWS);
        Running driver = start(registry, Map.of("file", file.toString()));
        try {
            Await.until(
                    "the device to wait",
                    () -> registry.session("m1").isPresent() && last().contains("waiting for a subscriber"));
            assertEquals(List.of(), session().published());
            registry.subscribe(List.of(NamePattern.of("m1/*")), batch -> {});
            Await.until("all readings", () -> session().published().size() == 3);
        } finally {
            driver.stop();
        }
    }

    @Test
    void triesAgainUntilTheFileIsThereAndSaysWhatIsWrong() throws IOException {
        Path file = folder.resolve("late.csv");
        Running driver = start(registry, Map.of("file", file.toString(), "waitForSubscriber", false));
        try {
            Await.until("the reason", () -> last().contains("there is no such file"));
            Files.writeString(file, "");
            Await.until("the reason", () -> last().contains("is empty"));
            Files.writeString(file, "time,value\n");
            Await.until("the reason", () -> last().contains("has no column 'timestamp'"));
            Files.writeString(file, "timestamp,value\n");
            Await.until("the reason", () -> last().contains("has no good row"));
            Files.writeString(file, "timestamp,value\n1,2\n");
            Await.until("the end", () -> last().contains("replay finished"));
            assertEquals(1, session().published().size());
        } finally {
            driver.stop();
        }
    }

    @Test
    void aConfiguredColumnThatTheFileLacksIsTheReason() {
        Path file = write(THREE_ROWS);
        Running driver = start(registry, Map.of("file", file.toString(), "columns", new String[] {"pressure"}));
        try {
            Await.until("the reason", () -> last().contains("has no column 'pressure'"));
        } finally {
            driver.stop();
        }
    }

    @Test
    void aFileThatChangesWhileItIsReplayedIsStartedAgain() throws IOException {
        // The second row is a year away: without the change the replay would wait for it.
        Path file = write("timestamp,value\n2013-12-02 21:15:00,1\n2014-12-02 21:15:00,2\n");
        Running driver = start(registry, Map.of("file", file.toString(), "speed", 1.0, "waitForSubscriber", false));
        try {
            Await.until("the first reading", () -> session().published().size() == 1);
            Files.writeString(file, "timestamp,value\n2013-12-02 21:15:00,3\n");
            Await.until("the new content", () -> last().contains("replay finished"));
            assertTrue(
                    session().history().stream().anyMatch(h -> h.contains("was changed while it was replayed")),
                    session().history().toString());
            assertEquals(new Value.F64(3), session().published().get(1).value());
        } finally {
            driver.stop();
        }
    }

    @Test
    void aWrongConfigurationMakesNoDevice() {
        assertThrows(IllegalArgumentException.class, () -> start(registry, Map.of("file", "")));
        assertEquals(List.of(), registry.listDevices());
    }

    @Test
    void aLongFileIsReplayedInSlices() {
        StringBuilder text = new StringBuilder("timestamp,value\n");
        for (int i = 0; i < 5000; i++) {
            text.append(i).append(',').append(i).append('\n');
        }
        String end = replay(text.toString(), Map.of("batchSize", 100));
        assertTrue(end.contains("rows=5000 readings=5000"), end);
        assertEquals(new Value.F64(4999), session().published().get(4999).value());
    }
}
