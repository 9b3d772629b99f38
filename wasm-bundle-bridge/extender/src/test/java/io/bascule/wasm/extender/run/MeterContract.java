/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.api.module.ModuleException;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.FaultyProxy;
import io.bascule.testkit.driver.NetworkDriverContract;
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

/**
 * The contract of drivers, by a driver written in WebAssembly: to a meter in C, through a proxy that spoils what goes by. The
 * runtime is the one that runs every driver.
 */
abstract class MeterContract extends NetworkDriverContract {

    private static Meter meter;

    @TempDir
    Path directory;

    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private LaneFixture fixture;
    private WasmModule module;

    /** Returns where the device under test is: behind the proxy. */
    abstract String endpoint();

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
    void startModule() throws Exception {
        fixture = new LaneFixture(directory);
        module = fixture.module(Meter.driver(), FaultPolicy.DEFAULT);
    }

    @AfterEach
    void close() {
        lanes.close();
        assertEquals(0, module.status().faults(), module.status().reason());
        assertEquals(0, module.tracker().lanes().size(), "instances are left");
        fixture.close();
    }

    @Override
    protected DriverRuntime runtime() {
        return lanes;
    }

    @Override
    protected RunningDevice start(String device, Map<String, Object> changes) {
        try {
            return lanes.start("io.bascule.wasm.driver", "meter-driver", settingsOf(device, changes), module.drivers());
        } catch (ModuleException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        Map<String, Object> settings =
                new HashMap<>(Map.of("device", device, "endpoint", endpoint(), "channels", new String[] {
                    "good=12:f64;setpoint=\"2000:f64:rw\"(readBack=true);broken=4000:f64"
                }));
        settings.putAll(changes);
        return settings;
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of("endpoint", meter.endpoint());
    }

    @Override
    protected int peerPort() {
        return meter.port();
    }

    @Override
    protected Value constant() {
        return new Value.F64(1012.5);
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

    @Test
    void comesBackWhenTheMeterWasRestarted() {
        Meter first = Meter.tcp();
        try (RunningDevice device = start("d", Map.of("timeoutMillis", IMPATIENT_MILLIS, "retryMinMillis", 10))) {
            Await.until("a good reading", () -> isGood("d"));
            proxy().setTarget(first.port());
            spoil(FaultyProxy.Fault.CUT);
            spoil(FaultyProxy.Fault.NONE);
            Await.until("the other meter", () -> device.figures().connections() >= 2 && isGood("d"));
            first.close();
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            proxy().setTarget(meter.port());
            // The adapter of a serial line is plugged in again.
            spoil(FaultyProxy.Fault.CUT);
            spoil(FaultyProxy.Fault.NONE);
            Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED && isGood("d"));
        } finally {
            first.close();
        }
    }
}
