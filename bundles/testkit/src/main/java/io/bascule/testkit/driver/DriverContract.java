/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every driver keeps to once it runs on the driver runtime. A driver's test inherits this class and brings the runtime and
 * the other end of the line. Every test ends with nothing left running.
 */
public abstract class DriverContract {

    /** A channel that is read and has a good value, here and below: the name within the device. */
    protected static final String GOOD = "good";

    /** A channel of kind f64 that is read, written and read back. */
    protected static final String SETPOINT = "setpoint";

    /** A channel whose address the device always refuses, while it answers the others. */
    protected static final String BROKEN = "broken";

    /** Time in which a device that says nothing must be known to be away; many times {@link #IMPATIENT_MILLIS}. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

    /** Time in which a device whose calls may take {@link #FOREVER_MILLIS} must stop. */
    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    /** Longer than any call takes on a busy machine: where it applies, no connection may be lost. */
    protected static final int PATIENT_MILLIS = 20_000;

    /** The limit of a call where a device falls silent. On a busy machine one that is there may seem silent, too. */
    protected static final int IMPATIENT_MILLIS = 1000;

    private static final int FOREVER_MILLIS = 300_000;
    private static final int SCAN_MILLIS = 20;

    /** The registry that the runtime speaks to. */
    protected final FakeChannelRegistry registry = new FakeChannelRegistry();

    /** Returns the runtime of this test, always the same. */
    protected abstract DriverRuntime runtime();

    /**
     * Starts a device of the driver under test, with the channels {@link #GOOD}, {@link #SETPOINT} and {@link #BROKEN}. With every
     * device the same peer answers.
     *
     * @param changes settings to be laid over those that reach the peer
     */
    protected abstract RunningDevice start(String device, Map<String, Object> changes);

    /** Says what the peer does from now on, for all devices. */
    protected abstract void setPeer(FaultyDriver.Mode mode);

    /** Returns a peer of its own for one more device, as changed settings: it answers whatever {@link #setPeer} says. */
    protected abstract Map<String, Object> otherPeer();

    /** Returns how many connections the peer has now; 0 for a driver without connections. */
    protected abstract int connections();

    /** Returns a value for {@link #SETPOINT} that the device or the driver refuses. */
    protected abstract Value refused();

    /** Returns wrong settings, each with words that the message must have: the thing, what was got, what was expected. */
    protected abstract Map<Map<String, Object>, List<String>> wrongSettings();

    /** Returns how the names of the device threads begin. */
    protected abstract String threadPrefix();

    /** Checks that the registry was used as its contract says. */
    @AfterEach
    void nothingIsViolated() {
        assertEquals(List.of(), registry.violations());
    }

    private RunningDevice start(String device) {
        return startWith(device, Map.of());
    }

    private RunningDevice startImpatient(String device) {
        return startWith(device, Map.of("timeoutMillis", IMPATIENT_MILLIS));
    }

    private RunningDevice startWith(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "scanPeriodMillis", SCAN_MILLIS,
                "timeoutMillis", PATIENT_MILLIS,
                "retryMinMillis", 20,
                "retryMaxMillis", 100,
                "staleAfterMillis", FOREVER_MILLIS));
        settings.putAll(changes);
        return start(device, settings);
    }

    /** Returns the last reading of a channel. */
    protected final Reading last(String device, String channel) {
        return registry.read(registry.find(device + "/" + channel).orElseThrow().handle());
    }

    /** Returns whether the last reading of {@link #GOOD} is good. */
    protected final boolean isGood(String device) {
        return last(device, GOOD).quality().equals(Quality.GOOD);
    }

    /** Writes through the device's writer. */
    protected final Quality write(String device, String channel, Value value) {
        FakeChannelRegistry.FakeSession session = registry.session(device).orElseThrow();
        int handle = session.channel(device + "/" + channel).handle();
        return session.writer()
                .write(List.of(new Reading(handle, value, Quality.GOOD, 0)))
                .get(0);
    }

    @Test
    void readsWithGoodQualityAndASourceTime() {
        try (RunningDevice device = start("d")) {
            Await.until("a good reading", () -> isGood("d"));
            assertTrue(last("d", GOOD).timeNanos() > 0, "the reading has no source time");
            assertEquals(ConnectionState.CONNECTED, device.figures().state());
            assertEquals("", device.figures().reason());
            List<String> history = registry.session("d").orElseThrow().history();
            assertEquals(List.of("connected", "data"), history);
        }
    }

    @Test
    void oneRefusedAddressSpoilsNoOtherAndItsQualitySaysWhy() {
        try (RunningDevice device = start("d")) {
            Await.until("a good reading", () -> isGood("d"));
            Await.until(
                    "a verdict on the broken one",
                    () -> !last("d", BROKEN).quality().equals(Quality.BAD_WAITING_FOR_INITIAL_DATA));
            assertEquals(Quality.Level.BAD, last("d", BROKEN).quality().level());
            assertNotEquals(Quality.BAD_NOT_CONNECTED, last("d", BROKEN).quality());
            long scans = device.figures().scans().get(0).scans();
            Await.until("more scans", () -> device.figures().scans().get(0).scans() > scans + 5 && isGood("d"));
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void writesAndReadsBackWhatWasWritten() {
        try (RunningDevice device = start("d")) {
            Await.until("a good reading", () -> isGood("d"));
            assertEquals(Quality.GOOD, write("d", SETPOINT, new Value.F64(7)));
            Await.until("the written value", () -> last("d", SETPOINT).value().equals(new Value.F64(7)));
            assertEquals(Quality.GOOD, write("d", SETPOINT, new Value.F64(3)));
            Await.until("the next value", () -> last("d", SETPOINT).value().equals(new Value.F64(3)));
            assertEquals(ConnectionState.CONNECTED, device.figures().state());
        }
    }

    @Test
    void aRefusedWriteSaysSoAndCostsNoConnection() {
        try (RunningDevice device = start("d")) {
            Await.until("a good reading", () -> isGood("d"));
            Quality answer = write("d", SETPOINT, refused());
            assertNotEquals(Quality.Level.GOOD, answer.level());
            assertNotEquals(Quality.BAD_NOT_CONNECTED, answer);
            assertEquals(Quality.BAD_TYPE_MISMATCH, write("d", SETPOINT, new Value.Text("7")));
            long scans = device.figures().scans().get(0).scans();
            Await.until("another scan", () -> device.figures().scans().get(0).scans() > scans + 1);
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void aDeviceThatGoesAwayTurnsBadAndComesBackByItself() {
        try (RunningDevice device = startImpatient("d")) {
            Await.until("a good reading", () -> isGood("d"));
            setPeer(FaultyDriver.Mode.GONE);
            Await.until("its loss", () -> !device.figures().state().equals(ConnectionState.CONNECTED));
            Await.until("a reason", () -> registry.session("d").orElseThrow().history().stream()
                    .anyMatch(h -> h.startsWith("disconnected: ")));
            assertFalse(device.figures().reason().isBlank());
            assertEquals(Quality.BAD_NOT_CONNECTED, write("d", SETPOINT, new Value.F64(1)));
            Await.until("attempts", () -> device.figures().attemptsFailed() >= 2);
            int before = registry.session("d").orElseThrow().published().size();
            setPeer(FaultyDriver.Mode.THERE);
            Await.until(
                    "new readings",
                    () -> registry.session("d").orElseThrow().published().size() > before && isGood("d"));
            assertTrue(device.figures().connections() >= 2, "it was not connected again");
            Await.until("a write", () -> write("d", SETPOINT, new Value.F64(2)).equals(Quality.GOOD));
        }
    }

    @Test
    void startsWithoutItsDevice() {
        setPeer(FaultyDriver.Mode.GONE);
        try (RunningDevice device = startImpatient("d")) {
            Await.until("attempts", () -> device.figures().attemptsFailed() >= 2);
            assertEquals(0, device.figures().connections());
            assertNotEquals(Quality.Level.GOOD, last("d", GOOD).quality().level());
            setPeer(FaultyDriver.Mode.THERE);
            Await.until("a good reading", () -> isGood("d"));
        }
    }

    @Test
    void aSilentDeviceIsAwayWithinBoundsAndWritesToItEnd() {
        try (RunningDevice device = startImpatient("d")) {
            Await.until("a good reading", () -> isGood("d"));
            setPeer(FaultyDriver.Mode.SILENT);
            long begin = System.nanoTime();
            assertNotEquals(
                    Quality.Level.GOOD, write("d", SETPOINT, new Value.F64(1)).level());
            Await.until("its loss", () -> !device.figures().state().equals(ConnectionState.CONNECTED));
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertTrue(took.compareTo(SILENCE_MAX) < 0, "known after " + took);
            setPeer(FaultyDriver.Mode.THERE);
            Await.until("its return", () -> device.figures().state().equals(ConnectionState.CONNECTED));
        }
    }

    @Test
    void aSilentDeviceHoldsUpNoOther() {
        try (RunningDevice silent = startImpatient("silent");
                RunningDevice other = startWith("other", otherPeer())) {
            Await.until("both", () -> isGood("silent") && isGood("other"));
            setPeer(FaultyDriver.Mode.SILENT);
            Await.until("its loss", () -> !silent.figures().state().equals(ConnectionState.CONNECTED));
            int attempts = silent.figures().attemptsFailed();
            long scans = other.figures().scans().get(0).scans();
            Await.until(
                    "50 scans of the other",
                    () -> other.figures().scans().get(0).scans() >= scans + 50);
            // 50 scans are one second, and so is one attempt: a device that waited for the other would scan once for
            // each.
            int waited = silent.figures().attemptsFailed() - attempts;
            assertTrue(waited < 25, "50 scans took as long as " + waited + " attempts to reach the silent device");
            assertEquals(1, other.figures().connections());
            setPeer(FaultyDriver.Mode.THERE);
        }
    }

    @Test
    void stopsInTimeWhileItsDeviceIsSilentAndLeavesNoThreadAndNoConnection() {
        RunningDevice device = startWith("d", Map.of("timeoutMillis", FOREVER_MILLIS));
        Await.until("a good reading", () -> isGood("d"));
        setPeer(FaultyDriver.Mode.SILENT);
        long begin = System.nanoTime();
        device.close();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.compareTo(STOP_MAX) < 0, "stopping took " + took);
        Await.until("the end of the device's thread", () -> !hasThread("d"));
        assertTrue(registry.session("d").orElseThrow().isClosed());
        setPeer(FaultyDriver.Mode.THERE);
        Await.until("no connection", () -> connections() == 0);
        device.close();
        assertEquals(ConnectionState.CLOSED, device.figures().state());
    }

    @Test
    void startsAgainAfterItWasStopped() {
        start("d").close();
        try (RunningDevice second = start("d")) {
            Await.until("a good reading", () -> isGood("d"));
            assertEquals(1, second.figures().connections());
        }
    }

    @Test
    void aWrongConfigurationNamesEveryProblemAndMakesNoDevice() {
        wrongSettings().forEach((settings, words) -> {
            IllegalArgumentException problem =
                    assertThrows(IllegalArgumentException.class, () -> start("d", settings), settings.toString());
            for (String word : words) {
                assertTrue(
                        String.valueOf(problem.getMessage()).contains(word),
                        settings + ": '" + word + "' is not in: " + problem.getMessage());
            }
        });
        assertEquals(List.of(), registry.listDevices());
        assertEquals(List.of(), runtime().list());
    }

    @Test
    void otherChannelsKeepTheConnectionAndAWrongChangeKeepsTheConfiguration() {
        Map<String, Object> settings = Map.of("scanPeriodMillis", SCAN_MILLIS, "timeoutMillis", PATIENT_MILLIS);
        try (RunningDevice device = start("d", settings)) {
            // What was only opened to find out how to connect is closed by now or soon.
            Await.until("a good reading by one connection", () -> isGood("d") && connections() <= 1);
            int before = connections();
            Map<String, Object> slower = new HashMap<>(settingsOf("d", settings));
            slower.put("scanPeriodMillis", SCAN_MILLIS * 2);
            device.reconfigure(slower);
            Await.until("a good reading", () -> isGood("d"));
            Await.until(
                    "the new period",
                    () -> device.figures().scans().get(0).periodNanos()
                            == Duration.ofMillis(SCAN_MILLIS * 2).toNanos());
            Await.until("a good reading by the same connection", () -> isGood("d") && connections() == before);
            Map<String, Object> wrong = new HashMap<>(slower);
            wrong.put("scanPeriodMillis", 0);
            IllegalArgumentException problem =
                    assertThrows(IllegalArgumentException.class, () -> device.reconfigure(wrong));
            assertTrue(String.valueOf(problem.getMessage()).contains("stays in force"), problem.toString());
            assertTrue(
                    device.figures().problem().contains("scanPeriodMillis"),
                    device.figures().problem());
            Await.until("a good reading", () -> isGood("d"));
        }
    }

    /** Returns all settings with which {@link #start} starts a device. */
    protected abstract Map<String, Object> settingsOf(String device, Map<String, Object> changes);

    private boolean hasThread(String device) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.isAlive() && t.getName().equals(threadPrefix() + device));
    }
}
