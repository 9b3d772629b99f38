/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.DriverContract;
import io.bascule.testkit.driver.FaultyDriver;
import io.bascule.testkit.driver.FaultyProxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The contract of drivers, by a driver written in WebAssembly: to a meter in C, through a proxy that spoils what goes by. The
 * runtime is the one that runs every driver.
 */
abstract class MeterContract extends DriverContract {

    private static final long SEED = 20_261_122;

    private static Meter meter;

    @TempDir
    Path directory;

    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private LaneFixture fixture;
    private WasmModule module;
    private FaultyProxy proxy;

    /** Returns where the device under test is: behind the proxy. */
    abstract String endpoint(FaultyProxy behind);

    /** Lets what is between driver and meter be as it should. */
    abstract void join(FaultyProxy spoiled);

    /** Takes what is between driver and meter away. */
    abstract void cut(FaultyProxy spoiled);

    /** Returns how many connections the driver has now. */
    abstract int connections(FaultyProxy behind);

    @BeforeAll
    static void startMeter() {
        meter = Meter.tcp();
    }

    @AfterAll
    static void endMeter() {
        if (meter != null) {
            meter.close();
        }
    }

    @BeforeEach
    void startProxy() throws Exception {
        fixture = new LaneFixture(directory);
        module = fixture.module(Meter.driver(), FaultPolicy.DEFAULT);
        proxy = new FaultyProxy(meter.port(), SEED);
        join(proxy);
    }

    @AfterEach
    void close() {
        lanes.close();
        proxy.close();
        assertEquals(0, module.status().faults(), module.status().reason());
        assertEquals(0, module.tracker().lanes().size(), "instances are left");
        fixture.close();
        cut(proxy);
    }

    @Override
    protected DriverRuntime runtime() {
        return lanes;
    }

    @Override
    protected RunningDevice start(String device, Map<String, Object> changes) {
        try {
            return lanes.start("io.bascule.wasm.driver", "meter-driver", settingsOf(device, changes), module.drivers());
        } catch (io.bascule.api.module.ModuleException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(
                Map.of("device", device, "endpoint", endpoint(proxy), "channels", new String[] {
                    "good=12:f64;setpoint=\"2000:f64:rw\"(readBack=true);broken=4000:f64"
                }));
        settings.putAll(changes);
        return settings;
    }

    @Override
    protected void setPeer(FaultyDriver.Mode mode) {
        set(switch (mode) {
            case THERE -> FaultyProxy.Fault.NONE;
            case GONE -> FaultyProxy.Fault.CUT;
            case SILENT, HANGING -> FaultyProxy.Fault.DROP;
        });
    }

    private void set(FaultyProxy.Fault fault) {
        proxy.set(fault);
        if (fault == FaultyProxy.Fault.CUT) {
            cut(proxy);
        } else {
            join(proxy);
        }
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of("endpoint", meter.endpoint());
    }

    @Override
    protected int connections() {
        return connections(proxy);
    }

    @Override
    protected Value refused() {
        return new Value.F64(5000);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("endpoint", "http://meter", "device", ""),
                List.of("device", "endpoint is 'http://meter'; expected tcp:HOST:PORT or serial:PORT"),
                Map.of("endpoint", ""),
                List.of("channel 'good' at '12:f64'", "endpoint is empty; expected"),
                Map.of("channels", "a=12:f32; b=70000:f64"),
                List.of("channel 'a' at '12:f32'", "channel 'b' at '70000:f64'", "expected OBJECT:KIND"),
                Map.of("channels", "a=12:f64(gap=1)"),
                List.of("channel 'a'", "there is no option [gap]"));
    }

    @Override
    protected String threadPrefix() {
        return "io.bascule.core.driver-lane-";
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyProxy.Fault.class,
            names = {"GARBAGE", "HALF", "DROP", "CUT"})
    void comesBackAfterEveryFaultOfTheNetworkWithoutAWrongValue(FaultyProxy.Fault fault) {
        try (RunningDevice device =
                start("d", Map.of("scanPeriodMillis", 10, "timeoutMillis", IMPATIENT_MILLIS, "retryMinMillis", 10))) {
            Await.until("a good reading", () -> isGood("d"));
            set(fault);
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            set(FaultyProxy.Fault.NONE);
            Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED && isGood("d"));
            assertTrue(
                    registry.session("d").orElseThrow().published("d/good").stream()
                            .allMatch(r -> r.value().equals(new Value.F64(1012.5))),
                    "a wrong value was published");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyProxy.Fault.class,
            names = {"DELAY", "BYTEWISE"})
    void slowAnswersAreAnswers(FaultyProxy.Fault fault) {
        proxy.setDelayMillis(30);
        proxy.set(fault);
        try (RunningDevice device = start("d", Map.of("scanPeriodMillis", 10, "timeoutMillis", PATIENT_MILLIS))) {
            Await.until(
                    "scans",
                    () -> !device.figures().scans().isEmpty()
                            && device.figures().scans().get(0).scans() > 10
                            && isGood("d"));
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void comesBackWhenTheMeterWasRestarted() {
        try (Meter first = Meter.tcp();
                RunningDevice device = start("d", Map.of("timeoutMillis", IMPATIENT_MILLIS, "retryMinMillis", 10))) {
            Await.until("a good reading", () -> isGood("d"));
            // What the driver is connected to ends, and is there again at another port of the proxy's other side.
            proxy.setTarget(first.port());
            set(FaultyProxy.Fault.CUT);
            set(FaultyProxy.Fault.NONE);
            Await.until("the other meter", () -> device.figures().connections() >= 2 && isGood("d"));
            first.close();
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            proxy.setTarget(meter.port());
            set(FaultyProxy.Fault.CUT);
            set(FaultyProxy.Fault.NONE);
            Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED && isGood("d"));
        }
    }
}
