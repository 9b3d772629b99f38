/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.driver.FakeDriver;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How configurations change while devices run: not on the thread that brings them, and with a word on what is refused. */
class ChangesTest {

    private static final String PID = "io.bascule.driver.fake";
    private static final int CHANGES = 20;

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final LaneDriverRuntime runtime = new LaneDriverRuntime(registry);
    private volatile boolean isStuck;
    private volatile boolean isInside;

    @AfterEach
    void close() {
        isStuck = false;
        runtime.close();
        assertEquals(List.of(), registry.violations());
    }

    private static Map<String, Object> settings(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "service.pid", PID + "~" + device, "device", device, "channels", "x=f64:a", "scanPeriodMillis", 10));
        settings.putAll(changes);
        return settings;
    }

    private RunningDevice start(String device, Map<String, Object> changes) {
        return runtime.start(PID, "fake", settings(device, changes), Stubborn::new);
    }

    private static void awaitConnected(RunningDevice device) {
        Await.until("a connection", () -> device.figures().state() == ConnectionState.CONNECTED);
    }

    @Test
    void aLaneThatDoesNotEndDoesNotHoldUpWhoBringsTheConfiguration() {
        RunningDevice device = start("d", Map.of());
        awaitConnected(device);
        isStuck = true;
        Await.until("a call that does not end", () -> isInside);

        long before = System.nanoTime();
        for (int i = 0; i < CHANGES; i++) {
            device.reconfigure(settings("d", Map.of("host", "there", "scanPeriodMillis", 100 + i)));
        }
        device.reconfigure(settings("d", Map.of("host", "there", "scanPeriodMillis", 20)));

        long took = System.nanoTime() - before;
        assertTrue(isInside, "the driver is still in its call");
        assertTrue(
                took < CHANGES * Duration.ofMillis(500).toNanos(),
                CHANGES + " changes took " + took + " ns; each would wait 1.5 s for a lane");
        isStuck = false;
        Await.until("the last configuration", () -> device.figures().scans().stream()
                .anyMatch(s -> s.periodNanos() == 20_000_000));
        awaitConnected(device);
    }

    @Test
    void aDeviceThatCannotStartIsRememberedUntilItsConfigurationIsRightOrGone() {
        assertThrows(IllegalArgumentException.class, () -> start("d", Map.of("host", "wrong")));
        assertEquals(1, runtime.refused().size());
        assertEquals(PID + "~d", runtime.refused().get(0).pid());
        assertEquals("d", runtime.refused().get(0).device());
        assertTrue(runtime.refused().get(0).reason().contains("host is 'wrong'"), () -> "" + runtime.refused());

        RunningDevice device = start("d", Map.of());
        assertEquals(List.of(), runtime.refused());
        // The same configuration by a second bundle of the driver: one runs it, so nobody lacks it.
        assertThrows(IllegalStateException.class, () -> start("d", Map.of()));
        assertEquals(List.of(), runtime.refused());

        device.close();
        assertEquals(1, runtime.refused().size());
        runtime.forget(PID + "~d");
        assertEquals(List.of(), runtime.refused());
    }

    @Test
    void aRefusedChangeIsTheDevicesProblemUntilOneIsAccepted() {
        RunningDevice device = start("d", Map.of());
        assertThrows(IllegalArgumentException.class, () -> device.reconfigure(settings("d", Map.of("host", "wrong"))));
        assertTrue(
                device.figures().problem().contains("host is 'wrong'"),
                device.figures().problem());
        device.reconfigure(settings("d", Map.of()));
        assertEquals("", device.figures().problem());
        assertEquals(PID + "~d", device.figures().pid());
    }

    @Test
    void aCheckSaysWhatIsWrongAndChangesNothing() {
        RunningDevice device = start("d", Map.of());
        awaitConnected(device);
        runtime.check("d", Map.of("channels", "x=f64:a; y=f64:b"));
        IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> runtime.check("d", Map.of("channels", "x=nowhere")));
        assertTrue(String.valueOf(wrong.getMessage()).contains("nowhere"), wrong.toString());
        assertThrows(IllegalArgumentException.class, () -> runtime.check("e", Map.of()));
        assertFalse(registry.find("d/y").isPresent());
        assertEquals("", device.figures().problem());
        assertEquals(1, device.figures().connections());
    }

    @Test
    void whatTheContractDoesNotAllowIsCountedAgainstTheDriver() {
        RunningDevice device = runtime.start(PID, "fake", settings("d", Map.of("retryMinMillis", 5)), s -> {
            FakeDriver broken = new FakeDriver(s);
            broken.set("a", new Value.F64(1));
            return new Stubborn(broken) {
                @Override
                public void connect(Deadline deadline) {
                    throw new UnsupportedOperationException("broken");
                }
            };
        });
        Await.until("faults", () -> device.figures().faults() > 1);
    }

    /** A driver whose reads, while the test wants it, neither end nor answer to interruption. */
    private class Stubborn implements Driver<FakeDriver.Place> {
        private final FakeDriver driver;

        Stubborn(DeviceSettings settings) {
            this(new FakeDriver(settings));
            driver.set("a", new Value.F64(1));
        }

        Stubborn(FakeDriver driver) {
            this.driver = driver;
        }

        @Override
        public FakeDriver.Place address(ChannelConfig channel) {
            return driver.address(channel);
        }

        @Override
        public ReadPlan plan(List<FakeDriver.Place> addresses, Duration period) {
            ReadPlan plan = driver.plan(addresses, period);
            return new ReadPlan() {
                @Override
                public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
                    while (isStuck) {
                        isInside = true;
                        LockSupport.parkNanos(1_000_000);
                    }
                    isInside = false;
                    return plan.read(sink, deadline);
                }

                @Override
                public int requestsMax() {
                    return 1;
                }
            };
        }

        @Override
        public void connect(Deadline deadline) {
            driver.connect(deadline);
        }

        @Override
        public void disconnect() {
            driver.disconnect();
        }
    }
}
