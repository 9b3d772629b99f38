/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.testkit.driver.RecordingSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScanTest {

    /** A scan whose readings become a batch: handles are numbers from 1. */
    private record Recorded(Scan scan) {
        Batch scan(long tick, long timeNanos) {
            RecordingSink sink = new RecordingSink();
            scan.scan(tick, timeNanos, sink);
            return sink.batch();
        }

        Batch load(long first, int count, long timeNanos) {
            RecordingSink sink = new RecordingSink();
            scan.load(first, count, timeNanos, sink);
            return sink.batch();
        }

        boolean isDisconnected(long sample) {
            return scan.isDisconnected(sample);
        }
    }

    private static Recorded scan(Map<String, Object> changes) {
        DeviceSettings read = new DeviceSettings(TestConfig.with(changes));
        SimulatorSettings settings = SimulatorSettings.of(read);
        assertEquals(List.of(), read.problems());
        List<SimulatedChannel> channels = new ArrayList<>();
        for (String written : ((String[]) changes.get("channels"))[0].split(";", -1)) {
            String[] parts = written.split("[=(]", 3);
            Map<String, String> options = new HashMap<>();
            for (String option : parts[2].replace(")", "").split(",", 0)) {
                if (!option.isBlank()) {
                    options.put(option.split("=", 2)[0], option.split("=", 2)[1]);
                }
            }
            channels.add(SimulatedChannel.of(
                    new ChannelConfig(parts[0], parts[1], options, ""), settings.seed(), channels.size()));
        }
        return new Recorded(new Scan(settings, channels, settings.scanNanos()));
    }

    private static Recorded channels(String channels) {
        return scan(Map.of("channels", new String[] {channels}));
    }

    /** The values of the first channel in the scans 0 to {@code count - 1}, one second apart. */
    private static List<Double> values(Recorded scan, int count) {
        List<Double> values = new ArrayList<>();
        for (int tick = 0; tick < count; tick++) {
            values.add(Math.round(scan.scan(tick, 0).asDouble(0) * 1e6) / 1e6);
        }
        return values;
    }

    @Test
    void aSineGoesThroughItsMiddleMaximumAndMinimum() {
        assertEquals(List.of(50.0, 80.0, 50.0, 20.0, 50.0), values(channels("t=sine(period=4s,min=20,max=80)"), 5));
    }

    @Test
    void aRampRisesAndStartsAgain() {
        assertEquals(List.of(0.0, 2.5, 5.0, 7.5, 0.0), values(channels("t=ramp(period=4s,min=0,max=10)"), 5));
    }

    @Test
    void aSquareIsHighForItsDuty() {
        assertEquals(
                List.of(9.0, 1.0, 1.0, 1.0, 9.0), values(channels("t=square(period=4s,min=1,max=9,duty=0.25)"), 5));
    }

    @Test
    void constantsCountersAndSetpointsDoWhatTheySay() {
        Recorded scan = channels(
                "c=constant(value=7);n=counter(start=5,step=2);s=setpoint(initial=3);b=constant(value=1,kind=bool)");
        Batch batch = scan.scan(10, 123);
        assertEquals(7, batch.asDouble(0));
        assertEquals(25, batch.asDouble(1));
        assertEquals(3, batch.asDouble(2));
        assertEquals(1, batch.asDouble(3));
        assertEquals(
                List.of(ValueKind.F64, ValueKind.I64, ValueKind.F64, ValueKind.BOOL),
                List.of(batch.kind(0), batch.kind(1), batch.kind(2), batch.kind(3)));
        assertEquals(123, batch.timeNanos(0));
    }

    @Test
    void noiseHasItsMeanAndDeviationAndDiffersBetweenChannels() {
        Recorded scan = channels("a=noise(mean=10,deviation=2);b=noise(mean=10,deviation=2)");
        double sum = 0;
        double squares = 0;
        int count = 20_000;
        int equal = 0;
        for (int tick = 0; tick < count; tick++) {
            Batch batch = scan.scan(tick, 0);
            sum += batch.asDouble(0);
            squares += (batch.asDouble(0) - 10) * (batch.asDouble(0) - 10);
            equal += batch.asDouble(0) == batch.asDouble(1) ? 1 : 0;
        }
        assertEquals(10, sum / count, 0.05);
        assertEquals(2, Math.sqrt(squares / count), 0.05);
        assertEquals(0, equal);
    }

    @Test
    void theSameSeedAndTickGiveTheSameScanInAnyOrderAndAnotherSeedDoesNot() {
        Map<String, Object> config = Map.of(
                "channels", new String[] {"a=noise();b=sine(period=7s)"},
                "faults", new String[] {"spike(channel=b,probability=0.3,add=50);bad(probability=0.1)"});
        Recorded forward = scan(config);
        Recorded backward = scan(config);
        Map<String, Object> other = new HashMap<>(config);
        other.put("seed", 2L);
        List<Batch> first = new ArrayList<>();
        for (int tick = 0; tick < 100; tick++) {
            first.add(forward.scan(tick, tick));
        }
        for (int tick = 99; tick >= 0; tick--) {
            assertEquals(first.get(tick), backward.scan(tick, tick));
        }
        assertNotEquals(first.get(5), scan(other).scan(5, 5));
    }

    @Test
    void aRunIsTheSameInEveryVersion() {
        // Golden values, worked out by an independent program from the published SplitMix64 and Box-Muller formulas.
        Recorded scan = channels("a=noise(mean=0,deviation=1)");
        assertEquals(GOLDEN, values(scan, 4));
    }

    private static final List<Double> GOLDEN = List.of(-0.944825, -0.578811, -1.975299, 0.202179);

    @Test
    void samplesOfAScanAreSpreadOverIt() {
        Recorded scan = scan(Map.of(
                "channels", new String[] {"n=counter();m=counter()"}, "samplesPerScan", 4, "scanPeriodMillis", 1000));
        Batch batch = scan.scan(2, 10_000_000_000L);
        assertEquals(8, batch.size());
        assertEquals(List.of(8L, 8L, 9L, 9L, 10L, 10L, 11L, 11L), bits(batch));
        assertEquals(9_250_000_000L, batch.timeNanos(0));
        assertEquals(10_000_000_000L, batch.timeNanos(7));
    }

    @Test
    void loadModeLeavesOutAndRepeatsNoSample() {
        Recorded scan = scan(
                Map.of("channels", new String[] {"n=counter();m=counter();o=counter()"}, "readingsPerSecond", 1000));
        List<Long> all = new ArrayList<>(bits(scan.load(0, 4, 0)));
        all.addAll(bits(scan.load(4, 4, 0)));
        assertEquals(List.of(0L, 0L, 0L, 1L, 1L, 1L, 2L, 2L), all);
        assertEquals(2, scan.load(4, 4, 0).channel(0));
    }

    private static List<Long> bits(Batch batch) {
        List<Long> bits = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            bits.add(batch.valueBits(i));
        }
        return bits;
    }

    @Test
    void faultsComeOnScheduleAndGo() {
        Recorded scan = scan(Map.of(
                "channels", new String[] {"a=constant(value=1);b=constant(value=2)"},
                "faults",
                        new String[] {
                            "bad(channel=a,every=10s,at=1s,for=1s,quality=device-failure)",
                            "timeout(channel=a,every=10s,at=2s,for=1s)",
                            "spike(channel=a,every=10s,at=3s,for=1s,add=5)",
                            "silence(channel=a,every=10s,at=4s,for=1s)",
                            "disconnect(every=10s,at=5s,for=2s)"
                        }));
        assertEquals(Quality.GOOD, scan.scan(0, 0).quality(0));
        assertEquals(Quality.BAD_DEVICE_FAILURE, scan.scan(1, 0).quality(0));
        assertEquals(Quality.GOOD, scan.scan(1, 0).quality(1));
        assertEquals(Quality.BAD_TIMEOUT, scan.scan(2, 0).quality(0));
        assertEquals(6, scan.scan(3, 0).asDouble(0));
        assertEquals(2, scan.scan(3, 0).asDouble(1));
        assertEquals(1, scan.scan(4, 0).size());
        List<Boolean> away = new ArrayList<>();
        for (int tick = 4; tick < 8; tick++) {
            away.add(scan.isDisconnected(tick));
        }
        assertEquals(List.of(false, true, true, false), away);
        assertEquals(Quality.BAD_DEVICE_FAILURE, scan.scan(11, 0).quality(0));
    }

    @Test
    void aFaultOfHalfProbabilityHappensAboutHalfTheTime() {
        Recorded scan = scan(Map.of(
                "channels", new String[] {"a=constant(value=1)"}, "faults", new String[] {"bad(probability=0.5)"}));
        int bad = 0;
        for (int tick = 0; tick < 2000; tick++) {
            bad += scan.scan(tick, 0).isGood(0) ? 0 : 1;
        }
        assertTrue(bad > 900 && bad < 1100, "bad in " + bad + " of 2000 scans");
    }
}
