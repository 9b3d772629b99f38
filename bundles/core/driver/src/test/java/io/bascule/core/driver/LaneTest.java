/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.driver.FakeDriver;
import io.bascule.testkit.driver.FaultyDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the runtime adds to a driver. */
class LaneTest {

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final LaneDriverRuntime runtime = new LaneDriverRuntime(registry);
    private final List<FakeDriver> drivers = new CopyOnWriteArrayList<>();
    private final FaultyDriver.Switch peer = new FaultyDriver.Switch();

    @AfterEach
    void close() {
        runtime.close();
        assertEquals(List.of(), registry.violations());
    }

    private Map<String, Object> settings(String channels, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "device",
                "d",
                "channels",
                channels,
                "scanPeriodMillis",
                10,
                "retryMinMillis",
                5,
                "timeoutMillis",
                100));
        settings.putAll(changes);
        return settings;
    }

    private RunningDevice start(String channels, Map<String, Object> changes) {
        DriverFactory<FakeDriver.Place> factory = s -> {
            FakeDriver driver = new FakeDriver(s);
            driver.set("a", new Value.F64(1));
            driver.set("b", new Value.I64(10));
            driver.set("t", new Value.Text("eins"));
            drivers.add(driver);
            return new FaultyDriver<>(driver, peer);
        };
        return runtime.start("io.bascule.driver.fake", "fake", settings(channels, changes), factory);
    }

    private FakeDriver driver() {
        return drivers.get(0);
    }

    private Reading last(String channel) {
        return registry.read(registry.find("d/" + channel).orElseThrow().handle());
    }

    private Quality write(String channel, Value value) {
        var session = registry.session("d").orElseThrow();
        return session.writer()
                .write(List.of(new Reading(session.channel("d/" + channel).handle(), value, Quality.GOOD, 0)))
                .get(0);
    }

    private void awaitValue(String channel, Value value) {
        Await.until(
                channel + " " + value,
                () -> registry.find("d/" + channel).isPresent()
                        && last(channel).value().equals(value));
    }

    @Test
    void rawValuesAreScaledAndWrittenValuesScaledBack() {
        start("x=i64:b(scale=0.1,offset=-40,unit=degC); t=text:t", Map.of());
        awaitValue("x", new Value.F64(-39));
        awaitValue("t", new Value.Text("eins"));
        assertEquals("degC", registry.find("d/x").orElseThrow().unit());
        assertEquals(Quality.GOOD, write("x", new Value.F64(-15.02)));
        assertEquals(new Value.I64(250), driver().get("b"));
        assertEquals(Quality.BAD_OUT_OF_RANGE, write("x", new Value.F64(1e300)));
        assertEquals(Quality.BAD_OUT_OF_RANGE, write("x", new Value.F64(Double.NaN)));
        assertEquals(Quality.BAD_TYPE_MISMATCH, write("x", new Value.I64(1)));
    }

    @Test
    void aValueThatReadsBackDifferentlyIsUncertain() {
        start("x=f64:a(readBack=true); y=f64:a(access=read)", Map.of());
        awaitValue("x", new Value.F64(1));
        assertEquals(Quality.GOOD, write("x", new Value.F64(2)));
        driver().setSilent("a", true);
        assertEquals(Quality.BAD_TIMEOUT, write("x", new Value.F64(3)));
        assertEquals(Quality.BAD_NOT_WRITABLE, write("y", new Value.F64(3)));
    }

    @Test
    void eachGroupIsScannedAtItsOwnRate() {
        RunningDevice device = start(
                "x=f64:a(scan=fast); y=f64:a(scan=slow)", Map.of("scanGroups", new String[] {"fast=5ms;slow=1h"}));
        Await.until("fast scans", () -> device.figures().scans().get(0).scans() > 20);
        assertEquals(
                List.of("fast", "slow"),
                device.figures().scans().stream().map(f -> f.group()).toList());
        assertEquals(0, device.figures().scans().get(1).scans());
        // The first read belongs to the connection: nobody waits an hour for the first value.
        assertEquals(Quality.GOOD, last("y").quality());
        assertTrue(device.figures().scans().get(0).perSecond() > 0);
    }

    @Test
    void aChannelWithoutNewsTurnsStaleAndKeepsItsValueAndTime() {
        RunningDevice device = start("x=f64:a; y=i64:b; z=f64:none", Map.of("staleAfterMillis", 50));
        awaitValue("x", new Value.F64(1));
        driver().setSilent("a", true);
        Await.until("stale", () -> last("x").quality().equals(Quality.UNCERTAIN_LAST_USABLE_VALUE));
        assertEquals(new Value.F64(1), last("x").value());
        long time = last("x").timeNanos();
        assertEquals(1, device.figures().stale());
        assertEquals(Quality.GOOD, last("y").quality());
        assertEquals(Quality.BAD_NODE_ID_UNKNOWN, last("z").quality());
        driver().setSilent("a", false);
        Await.until("news", () -> last("x").quality().equals(Quality.GOOD));
        assertTrue(last("x").timeNanos() > time);
        assertEquals(0, device.figures().stale());
    }

    @Test
    void aChannelThatNeverHadAValueTurnsToTimeout() {
        DriverFactory<FakeDriver.Place> factory = s -> {
            FakeDriver driver = new FakeDriver(s);
            driver.setSilent("a", true);
            return driver;
        };
        runtime.start("pid", "fake", settings("x=f64:a", Map.of("staleAfterMillis", 50)), factory);
        Await.until("stale", () -> last("x").quality().equals(Quality.BAD_TIMEOUT));
    }

    @Test
    void aDeadbandHoldsReadingsBackAndCountsThem() {
        RunningDevice device = start("x=f64:a(deadband=5)", Map.of());
        awaitValue("x", new Value.F64(1));
        driver().set("a", new Value.F64(3));
        Await.until("suppressed", () -> device.figures().suppressed() > 5);
        assertEquals(new Value.F64(1), last("x").value());
        driver().set("a", new Value.F64(7));
        awaitValue("x", new Value.F64(7));
        assertEquals(2, registry.session("d").orElseThrow().published().size());
    }

    @Test
    void subscriptionsAreMadeAgainAfterAReconnect() {
        RunningDevice device = start("x=f64:a(scan=on-change); y=i64:b", Map.of());
        Await.until("connected", () -> device.figures().state() == ConnectionState.CONNECTED);
        var first = driver().listener();
        first.onReading(0, new Value.F64(11), Quality.GOOD, 77);
        awaitValue("x", new Value.F64(11));
        assertEquals(77, last("x").timeNanos());
        first.onLost("test: the server went away");
        Await.until("a new connection", () -> device.figures().connections() == 2);
        assertTrue(registry.session("d").orElseThrow().history().contains("disconnected: test: the server went away"));
        first.onReading(0, new Value.F64(12), Quality.GOOD, 78);
        driver().listener().onReading(0, new Value.F64(13), Quality.GOOD, 79);
        awaitValue("x", new Value.F64(13));
        assertTrue(registry.session("d").orElseThrow().published("d/x").stream()
                .noneMatch(r -> r.value().equals(new Value.F64(12))));
        assertEquals(
                1, driver().calls().stream().filter(c -> c.startsWith("plan")).count());
    }

    @Test
    void whatIsToldByItselfWaitsForTheShortestIntervalAndTheLastOfItIsPublished() {
        RunningDevice device = start("x=f64:a(scan=on-change,minInterval=200ms)", Map.of());
        Await.until("connected", () -> device.figures().state() == ConnectionState.CONNECTED);
        long begin = System.nanoTime();
        for (int i = 1; i <= 9; i++) {
            driver().listener().onReading(0, new Value.F64(i), Quality.GOOD, i);
        }
        long intervals = (System.nanoTime() - begin) / 200_000_000;
        awaitValue("x", new Value.F64(9));
        int published = registry.session("d").orElseThrow().published().size();
        assertTrue(published >= 2 && published <= 2 + intervals, published + " in " + intervals + " intervals");
    }

    @Test
    void aCallThatDoesNotEndIsInterruptedAndTheDeviceComesBack() {
        RunningDevice device = start("x=f64:a", Map.of());
        awaitValue("x", new Value.F64(1));
        peer.set(FaultyDriver.Mode.HANGING);
        Await.until("the loss", () -> device.figures().state() != ConnectionState.CONNECTED);
        assertTrue(
                device.figures().reason().contains("did not end within 100 ms"),
                device.figures().reason());
        peer.set(FaultyDriver.Mode.THERE);
        Await.until("the return", () -> device.figures().connections() == 2);
    }

    @Test
    void anotherSettingOfTheDriverMakesANewConnectionAndOtherChannelsKeepIt() {
        RunningDevice device = start("x=f64:a", Map.of());
        awaitValue("x", new Value.F64(1));
        device.reconfigure(settings("x=f64:a; y=i64:b", Map.of()));
        awaitValue("y", new Value.I64(10));
        assertEquals(1, driver().connects());
        assertFalse(driver().calls().contains("disconnect"));
        device.reconfigure(settings("x=f64:a; y=i64:b", Map.of("host", "there")));
        Await.until("another driver", () -> drivers.get(2).connects() == 1);
        assertFalse(driver().isConnected());
        assertTrue(driver().calls().contains("disconnect"));
    }

    @Test
    void aNameThatIsTakenKeepsTheDeviceAsItWas() {
        RunningDevice device = start("x=f64:a", Map.of());
        runtime.start("pid", "fake", settings("x=f64:a", Map.of("device", "e")), FakeDriver::new);
        assertThrows(
                IllegalArgumentException.class, () -> device.reconfigure(settings("x=f64:a", Map.of("device", "e"))));
        awaitValue("x", new Value.F64(1));
        Await.until("the old device", () -> device.figures().state() == ConnectionState.CONNECTED);
        assertEquals("d", device.figures().device());
    }

    @Test
    void channelsComeFromAFileAndGoBackIntoOne(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("list.csv");
        Files.writeString(file, "name,address,scale\nx,f64:a,2\n");
        start("y=i64:b", Map.of("channelsFile", file.toString()));
        awaitValue("x", new Value.F64(2));
        awaitValue("y", new Value.I64(10));
        assertEquals("name,address,scale\r\ny,i64:b,\r\nx,f64:a,2\r\n", runtime.exportChannels("d"));
        assertThrows(IllegalArgumentException.class, () -> runtime.exportChannels("other"));
    }

    @Test
    void problemsOfAFileNameItsLines(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("list.csv");
        Files.writeString(file, "name,address\nx,f64\ny\n");
        IllegalArgumentException problem =
                assertThrows(IllegalArgumentException.class, () -> start("", Map.of("channelsFile", file.toString())));
        String message = String.valueOf(problem.getMessage());
        assertTrue(message.contains("line 2: channel 'x' at 'f64': 'f64' is not KIND:ID"), message);
        assertTrue(message.contains("line 3: has 1 cells; expected 2"), message);
    }

    @Test
    void aFlowThatHoldsBackSkipsScansAndLosesNoOrder() {
        RunningDevice device = start("x=f64:a", Map.of());
        awaitValue("x", new Value.F64(1));
        registry.holdBack();
        int reads = driver().reads();
        Await.until(
                "the lane to wait",
                () -> driver().reads() <= reads + 2
                        && Thread.getAllStackTraces().keySet().stream()
                                .anyMatch(t -> t.getName().equals(Lane.THREAD_PREFIX + "d")
                                        && t.getState() == Thread.State.WAITING));
        registry.letGo();
        Await.until("skipped scans", () -> device.figures().scans().get(0).scans() > 5);
        assertEquals(ConnectionState.CONNECTED, device.figures().state());
    }
}
