/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.driver.DriverContract;
import io.bascule.testkit.driver.FaultyDriver;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

class SimulatorContractTest extends DriverContract {

    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private final FaultyDriver.Switch peer = new FaultyDriver.Switch();

    @AfterEach
    void close() {
        lanes.close();
    }

    @Override
    protected DriverRuntime runtime() {
        return lanes;
    }

    @Override
    protected DriverRuntime.RunningDevice start(String device, Map<String, Object> changes) {
        return lanes.start(SimulatorDriver.PID, SimulatorDriver.NAME, settingsOf(device, changes), settings -> {
            SimulatedDevice simulated = new SimulatedDevice(SimulatorSettings.of(settings), InstantSource.system());
            return device.equals("other") ? simulated : new FaultyDriver<>(simulated, peer);
        });
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of(
                "device", device,
                "channels",
                        new String[] {"good=counter();setpoint=setpoint(max=10,readBack=true);broken=constant(value=1)"
                        },
                "faults", new String[] {"bad(channel=broken)"})));
        settings.putAll(changes);
        return settings;
    }

    @Override
    protected void setPeer(FaultyDriver.Mode mode) {
        peer.set(mode);
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of();
    }

    @Override
    protected int connections() {
        return 0;
    }

    @Override
    protected Value refused() {
        return new Value.F64(11);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("batchSize", 0, "channels", "a=cosine"),
                List.of("batchSize is 0; expected 1 to", "no function 'cosine'; expected one of"),
                Map.of("faults", "spike(channel=nowhere)"),
                List.of("channel='nowhere'", "is none of [broken, good, setpoint]"));
    }

    @Override
    protected String threadPrefix() {
        return "io.bascule.core.driver-lane-";
    }
}
