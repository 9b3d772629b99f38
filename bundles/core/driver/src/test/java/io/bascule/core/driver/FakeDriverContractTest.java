/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.testkit.driver.DriverContract;
import io.bascule.testkit.driver.FakeDriver;
import io.bascule.testkit.driver.FaultyDriver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** The contract of drivers, kept by the simplest one: what fails here is the runtime's fault. */
class FakeDriverContractTest extends DriverContract {

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
        DriverFactory<FakeDriver.Place> factory = settings -> {
            FakeDriver driver = new FakeDriver(settings);
            driver.set("g", new Value.I64(1));
            driver.set("s", new Value.F64(0));
            driver.fail("r", Quality.BAD_OUT_OF_RANGE);
            return settings.text("host", "").equals("other") ? driver : new FaultyDriver<>(driver, peer);
        };
        return lanes.start("io.bascule.driver.fake", "fake", settingsOf(device, changes), factory);
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(
                Map.of("device", device, "channels", "good=i64!:g; setpoint=f64:s(readBack=true); broken=f64:nowhere"));
        settings.putAll(changes);
        return settings;
    }

    @Override
    protected void setPeer(FaultyDriver.Mode mode) {
        peer.set(mode);
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of("host", "other");
    }

    @Override
    protected int connections() {
        return 0;
    }

    @Override
    protected Value refused() {
        return new Value.I64(1);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("host", "wrong", "timeoutMillis", 0),
                List.of("2 problems", "host is 'wrong'", "timeoutMillis is 0; expected 1 to"),
                Map.of("channels", "a=f32:x; b=f64:y(scan=fast); b=f64:z(scala=2)"),
                List.of("'a'", "'f32:x' is not KIND:ID", "no scan group 'fast'", "no option [scala]"));
    }

    @Override
    protected String threadPrefix() {
        return Lane.THREAD_PREFIX;
    }
}
