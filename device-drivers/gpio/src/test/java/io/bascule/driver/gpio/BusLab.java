/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The driver against the kernel's i2c-stub, which has chips at 0x20 and 0x48. Run by lab/run in an emulated machine. */
final class BusLab {

    private static final Logger LOG = LoggerFactory.getLogger(BusLab.class);

    private final FakeChannelRegistry registry = new FakeChannelRegistry();

    private BusLab() {}

    /** Runs it; an exception ends the process with 1. */
    public static void main(String[] arguments) {
        new BusLab().run();
    }

    private void run() {
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of(
                "device",
                "d",
                "backend",
                "diozero",
                "scanPeriodMillis",
                50,
                "timeoutMillis",
                5000,
                "channels",
                "byte=i2c:0.0x20:0x10; bit=i2c:0.0x20:0x10.7(readBack=true); word=i2c:0.0x48:0x20:int16(readBack=true);"
                        + " low=i2c:0.0x48:0x20:uint16(order=low-first); second=i2c:0.0x48:0x20+1;"
                        + " away=i2c:0.0x21:0x00; nobus=i2c:7.0x20:0x00")));
        LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
        try (RunningDevice device =
                lanes.start(GpioComponent.PID, GpioComponent.NAME, settings, GpioSettings::driver)) {
            await("byte", new Value.I64(0));
            LOG.info("bus lab: connected as {}", device.figures());
            assertEquals(Quality.GOOD, write("byte", new Value.I64(0x55)));
            await("byte", new Value.I64(0x55));
            assertEquals(Quality.GOOD, write("bit", new Value.Bool(true)));
            await("byte", new Value.I64(0xD5));
            LOG.info("bus lab: registers and bits are written and read back");
            assertEquals(Quality.GOOD, write("word", new Value.I64(-2)));
            await("word", new Value.I64(-2));
            await("low", new Value.I64(0xFEFF));
            await("second", new Value.I64(0xFE));
            LOG.info("bus lab: numbers of two bytes have sign and order");
            await("away", Quality.BAD_NO_COMMUNICATION);
            await("nobus", Quality.BAD_RESOURCE_UNAVAILABLE);
            LOG.info("bus lab: a chip and a bus that are missing are the trouble of their channels");
            assertEquals(1, device.figures().connections());
        } finally {
            lanes.close();
        }
        assertEquals(List.of(), registry.violations());
    }

    private Reading last(String channel) {
        return registry.read(registry.find("d/" + channel).orElseThrow().handle());
    }

    private void await(String channel, Value value) {
        Await.until(
                channel + " is " + value,
                () -> last(channel).value().equals(value)
                        && last(channel).quality().equals(Quality.GOOD));
    }

    private void await(String channel, Quality quality) {
        Await.until(channel + " is " + quality, () -> last(channel).quality().equals(quality));
    }

    private Quality write(String channel, Value value) {
        FakeChannelRegistry.FakeSession session = registry.session("d").orElseThrow();
        int handle = session.channel("d/" + channel).handle();
        return session.writer()
                .write(List.of(new Reading(handle, value, Quality.GOOD, 0)))
                .get(0);
    }
}
