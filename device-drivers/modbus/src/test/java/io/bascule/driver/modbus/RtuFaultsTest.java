/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.FreePort;
import io.bascule.testkit.driver.FaultyProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A serial line that is spoiled: two pseudo terminals, which socat joins by TCP, with the faulty proxy in the middle, and libmodbus
 * at the other end.
 */
class RtuFaultsTest {

    private static final long SEED = 20_261_121;
    /** Of a call when the device is to be missed; otherwise nothing may be lost on a busy machine. */
    private static final int IMPATIENT_MILLIS = 1000;

    private static final int PATIENT_MILLIS = 20_000;

    @TempDir
    Path folder;

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private final SerialBuses buses = new SerialBuses();
    private final List<Process> wires = new ArrayList<>();
    private FaultyProxy proxy;
    private Peer peer;

    @AfterEach
    void close() {
        lanes.close();
        unplug();
        assertEquals(List.of(), registry.violations());
    }

    /** Makes the line; the end of the driver is always called the same. */
    private void plug() throws IOException {
        int port = FreePort.tcp();
        Path theirs = folder.resolve("theirs");
        socat("pty,raw,echo=0,link=" + theirs, "tcp-listen:" + port + ",bind=127.0.0.1,reuseaddr,nodelay");
        Await.until("socat listens", () -> isListening(port));
        proxy = new FaultyProxy(port, SEED);
        Path ours = folder.resolve("ours");
        socat("pty,raw,echo=0,link=" + ours, "tcp:127.0.0.1:" + proxy.port() + ",nodelay");
        Await.until("the line", () -> Files.exists(theirs) && Files.exists(ours) && proxy.connections() == 1);
        peer = Peer.rtu(theirs);
    }

    private void socat(String one, String other) throws IOException {
        Peer.require("socat");
        wires.add(new ProcessBuilder("socat", one, other)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Looks into the kernel's table: who asks by connecting is the one that socat waits for. */
    private static boolean isListening(int port) {
        try {
            return Files.readString(Path.of("/", "proc", "net", "tcp"))
                    .contains(String.format(":%04X 00000000:0000 0A", port));
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel's table cannot be read", e);
        }
    }

    private void unplug() {
        if (peer != null) {
            peer.close();
            peer = null;
        }
        // In order, so that socat takes away the names of its terminals.
        wires.forEach(Process::destroy);
        wires.forEach(wire -> Await.until("the end of socat", () -> !wire.isAlive()));
        wires.clear();
        if (proxy != null) {
            proxy.close();
            proxy = null;
        }
    }

    private RunningDevice start(int timeoutMillis) {
        Map<String, Object> settings = TestConfig.with(Map.of(
                "device",
                "d",
                "transport",
                "rtu",
                "serialPort",
                folder.resolve("ours").toString(),
                "parity",
                "none",
                "retries",
                0,
                "timeoutMillis",
                timeoutMillis,
                "scanPeriodMillis",
                20,
                "retryMinMillis",
                10,
                "retryMaxMillis",
                100,
                "channels",
                "good=input:7; broken=input:900"));
        return lanes.start(ModbusComponent.PID, ModbusComponent.NAME, settings, s -> ModbusSettings.driver(s, buses));
    }

    private boolean isGood() {
        return registry.read(registry.find("d/good").orElseThrow().handle())
                .quality()
                .equals(Quality.GOOD);
    }

    private void requireNoWrongValue() {
        for (Reading reading : registry.session("d").orElseThrow().published("d/good")) {
            assertTrue(
                    reading.value().equals(new Value.I64(1007))
                            || reading.quality().level() == Quality.Level.BAD,
                    "a wrong value was published: " + reading);
        }
        for (Reading reading : registry.session("d").orElseThrow().published("d/broken")) {
            assertEquals(Quality.Level.BAD, reading.quality().level(), reading.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyProxy.Fault.class,
            names = {"GARBAGE", "HALF", "DROP"})
    void comesBackAfterEveryFaultOfTheLineWithoutAWrongValue(FaultyProxy.Fault fault) throws IOException {
        plug();
        try (RunningDevice device = start(IMPATIENT_MILLIS)) {
            Await.until("a good reading", this::isGood);
            proxy.set(fault);
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            assertTrue(
                    device.figures().state() == ConnectionState.CONNECTED
                            || device.figures().reason().contains("unit 1 on "),
                    device.figures().reason());
            proxy.set(FaultyProxy.Fault.NONE);
            Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED && isGood());
            requireNoWrongValue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyProxy.Fault.class,
            names = {"DELAY", "BYTEWISE"})
    void slowAnswersAreAnswers(FaultyProxy.Fault fault) throws IOException {
        plug();
        proxy.setDelayMillis(30);
        proxy.set(fault);
        try (RunningDevice device = start(PATIENT_MILLIS)) {
            Await.until(
                    "scans",
                    () -> !device.figures().scans().isEmpty()
                            && device.figures().scans().get(0).scans() > 10
                            && isGood());
            assertEquals(1, device.figures().connections());
            requireNoWrongValue();
        }
    }

    @Test
    void anAdapterThatIsUnpluggedIsUsedAgainWhenItIsBack() throws IOException {
        plug();
        try (RunningDevice device = start(IMPATIENT_MILLIS)) {
            for (int round = 0; round < 2; round++) {
                Await.until("a good reading", () -> device.figures().state() == ConnectionState.CONNECTED && isGood());
                unplug();
                Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
                Await.until("attempts", () -> device.figures().attemptsFailed() >= 2);
                assertTrue(
                        device.figures()
                                .reason()
                                .contains(folder.resolve("ours").toString()),
                        device.figures().reason());
                plug();
            }
            Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED && isGood());
            requireNoWrongValue();
        }
    }
}
