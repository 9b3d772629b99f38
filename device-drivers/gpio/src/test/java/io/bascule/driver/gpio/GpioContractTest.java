/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.driver.DriverContract;
import io.bascule.testkit.driver.FaultyDriver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** The contract of drivers, on Pi4J's own mock: a computer's pins do not go away, so a faulty driver around it plays that. */
class GpioContractTest extends DriverContract {

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
        return lanes.start(GpioComponent.PID, GpioComponent.NAME, settingsOf(device, changes), settings -> {
            GpioDriver driver = GpioSettings.driver(settings);
            return device.equals("other") ? driver : new FaultyDriver<>(driver, peer);
        });
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        // Nothing was ever written to the register, so that the mock has no answer.
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of("device", device, "channels", new String[] {
            "good=in:17;setpoint=pwm:0.1(readBack=true);broken=i2c:1.0x40:0xE3:uint16"
        })));
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
        return new Value.F64(101);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("backend", "gpiozero", "gpioChip", 256),
                List.of("2 problems", "backend is 'gpiozero'; expected one of", "gpioChip is 256; expected 0 to 255"),
                Map.of("channels", "a=pin:7; b=i2c:1.0x02:0x00; c=in:4(debounce=5ms)"),
                List.of(
                        "channel 'a' at 'pin:7'",
                        "expected for example in:17",
                        "chip 0x02 is not within 3 to 119",
                        "add scan=on-change"),
                Map.of("backend", "pi4j-linuxfs", "channels", "a=in:4(pull=up)"),
                List.of("backend pi4j-linuxfs cannot set the resistors"));
    }

    @Override
    protected String threadPrefix() {
        return "io.bascule.core.driver-lane-";
    }
}
