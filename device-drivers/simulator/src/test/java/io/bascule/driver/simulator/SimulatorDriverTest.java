/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.ManualClock;
import io.bascule.testkit.SessionContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SimulatorDriverTest extends SessionContract {

    @Override
    protected Running start(ChannelRegistry channels) {
        return start(channels, Map.of("scanPeriodMillis", 5));
    }

    @Override
    protected String device() {
        return "sim";
    }

    @Override
    protected String threadPrefix() {
        return "io.bascule.core.driver-lane-";
    }

    private static Running start(ChannelRegistry channels, Map<String, Object> changes) {
        Map<String, Object> values =
                new HashMap<>(Map.of("device", "sim", "retryMinMillis", 10, "channels", new String[] {
                    "n=counter();valve=setpoint(initial=1,min=0,max=10);on=setpoint(kind=bool)"
                }));
        values.putAll(changes);
        LaneDriverRuntime runtime = new LaneDriverRuntime(channels);
        try {
            new SimulatorDriver(runtime, TestConfig.with(values), new ManualClock());
            return runtime::close;
        } catch (IllegalArgumentException | IllegalStateException e) {
            runtime.close();
            throw e;
        }
    }

    private List<Quality> write(String channel, Value value) {
        int handle = session().channel(channel).handle();
        return session().writer().write(List.of(new Reading(handle, value, Quality.GOOD, 0)));
    }

    @Test
    void aSetpointHoldsWhatWasWrittenAndRefusesWhatDoesNotFit() {
        Running driver = start(registry);
        try {
            Await.until("readings", () -> !session().published().isEmpty());
            assertEquals(List.of(Quality.GOOD), write("sim/valve", new Value.F64(7)));
            assertEquals(List.of(Quality.GOOD), write("sim/on", new Value.Bool(true)));
            assertEquals(List.of(Quality.BAD_OUT_OF_RANGE), write("sim/valve", new Value.F64(10.1)));
            assertEquals(List.of(Quality.BAD_OUT_OF_RANGE), write("sim/valve", new Value.F64(Double.NaN)));
            assertEquals(List.of(Quality.BAD_TYPE_MISMATCH), write("sim/valve", new Value.I64(1)));
            int valve = session().channel("sim/valve").handle();
            int on = session().channel("sim/on").handle();
            Await.until(
                    "the written values",
                    () -> registry.read(valve).value().equals(new Value.F64(7))
                            && registry.read(on).value().equals(new Value.Bool(true)));
        } finally {
            driver.stop();
        }
    }

    @Test
    void aDisconnectFaultIsSeenAndRecoversAndRefusesWrites() {
        Running driver = start(
                registry,
                Map.of("scanPeriodMillis", 5, "faults", new String[] {"disconnect(every=100ms,at=50ms,for=50ms)"}));
        try {
            Await.until(
                    "two losses",
                    () -> session().history().stream()
                                    .filter(h -> h.equals("connected"))
                                    .count()
                            >= 2);
            assertTrue(session().history().contains("disconnected: simulated fault: disconnect"));
            Await.until(
                    "a loss", () -> write("sim/valve", new Value.F64(1)).equals(List.of(Quality.BAD_NOT_CONNECTED)));
        } finally {
            driver.stop();
        }
    }

    @Test
    void loadModeKeepsItsRateAndItsOrder() {
        Running driver = start(registry, Map.of("readingsPerSecond", 30_000, "batchSize", 30));
        long before = System.nanoTime();
        try {
            Await.until("readings", () -> session().published().size() >= 3000);
            // 3000 readings at 30 000 a second are 100 ms; the first batch comes at once.
            assertTrue(System.nanoTime() - before > 90_000_000L);
            List<Reading> counts = session().published("sim/n");
            for (int i = 0; i < counts.size(); i++) {
                assertEquals(new Value.I64(i), counts.get(i).value());
            }
        } finally {
            driver.stop();
        }
    }

    @Test
    void sourceTimesAreTheClocks() {
        Running driver = start(registry);
        try {
            Await.until("readings", () -> !session().published().isEmpty());
            assertEquals(
                    ManualClock.START.toEpochMilli() * 1_000_000,
                    session().published().get(0).timeNanos());
        } finally {
            driver.stop();
        }
    }

    @Test
    void aWrongConfigurationMakesNoDevice() {
        assertThrows(
                IllegalArgumentException.class, () -> start(registry, Map.of("channels", new String[] {"a=cosine()"})));
        assertEquals(List.of(), registry.listDevices());
    }
}
