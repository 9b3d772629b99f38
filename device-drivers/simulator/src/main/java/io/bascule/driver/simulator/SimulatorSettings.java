/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A valid configuration.
 *
 * @param samplesPerScan readings of each channel in one scan, evenly spread over it
 * @param readingsPerSecond 0 to scan by the clock; otherwise load mode: so many readings a second, in batches
 */
record SimulatorSettings(
        String device,
        List<SimulatedChannel> channels,
        List<Fault> faults,
        long seed,
        long scanNanos,
        int samplesPerScan,
        int readingsPerSecond,
        int batchSize) {

    private static final int SCAN_MILLIS_MAX = 3_600_000;
    private static final int RATE_MAX = 100_000_000;
    private static final int CHANNELS_MAX = 10_000;
    private static final int FAULTS_MAX = 100;

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException when anything is wrong; the message names every problem
     */
    static SimulatorSettings of(SimulatorDriver.Config config) {
        List<String> problems = new ArrayList<>();
        String device = "invalid";
        try {
            device = Channel.requireName(config.device());
        } catch (IllegalArgumentException e) {
            problems.add("device: " + e.getMessage());
        }
        range(problems, "scanPeriodMillis", config.scanPeriodMillis(), 1, SCAN_MILLIS_MAX);
        range(problems, "samplesPerScan", config.samplesPerScan(), 1, Batch.SIZE_MAX);
        range(problems, "readingsPerSecond", config.readingsPerSecond(), 0, RATE_MAX);
        range(problems, "batchSize", config.batchSize(), 1, Batch.SIZE_MAX);
        List<SimulatedChannel> channels = channels(device, config, problems);
        long perScan = (long) channels.size() * config.samplesPerScan();
        if (perScan > Batch.SIZE_MAX) {
            problems.add(channels.size() + " channels with samplesPerScan " + config.samplesPerScan() + " make "
                    + perScan + " readings in a scan; expected at most " + Batch.SIZE_MAX);
        }
        long scanNanos = TimeUnit.MILLISECONDS.toNanos(Math.max(1, config.scanPeriodMillis()));
        List<Fault> faults = faults(config, scanNanos, channels, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("configuration " + SimulatorDriver.PID + " of device '" + config.device()
                    + "' has " + problems.size() + " problems, so there is no device: " + String.join("; ", problems));
        }
        return new SimulatorSettings(
                device,
                List.copyOf(channels),
                List.copyOf(faults),
                config.seed(),
                scanNanos,
                config.samplesPerScan(),
                config.readingsPerSecond(),
                config.batchSize());
    }

    private static List<SimulatedChannel> channels(
            String device, SimulatorDriver.Config config, List<String> problems) {
        List<SimulatedChannel> channels = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<String> written = Call.split(config.channels());
        if (written.isEmpty()) {
            problems.add(
                    "channels is empty; expected for example temperature=sine(period=10s,min=20,max=80,unit=degC)");
        }
        range(problems, "number of channels", written.size(), 0, CHANNELS_MAX);
        for (String one : written) {
            try {
                SimulatedChannel channel = SimulatedChannel.parse(device, one, config.seed(), channels.size());
                channels.add(channel);
                if (!names.add(channel.point())) {
                    problems.add("channels: '" + channel.point() + "' is there twice");
                }
            } catch (IllegalArgumentException e) {
                problems.add("channels: " + e.getMessage());
            }
        }
        return channels;
    }

    private static List<Fault> faults(
            SimulatorDriver.Config config, long scanNanos, List<SimulatedChannel> channels, List<String> problems) {
        List<String> points = channels.stream().map(SimulatedChannel::point).toList();
        List<Fault> faults = new ArrayList<>();
        List<String> written = Call.split(config.faults());
        range(problems, "number of faults", written.size(), 0, FAULTS_MAX);
        for (String one : written) {
            try {
                faults.add(Fault.parse(one, faults.size(), scanNanos, points));
            } catch (IllegalArgumentException e) {
                problems.add("faults: " + e.getMessage());
            }
        }
        return faults;
    }

    private static void range(List<String> problems, String attribute, long value, long min, long max) {
        if (value < min || value > max) {
            problems.add(attribute + " is " + value + "; expected " + min + " to " + max);
        }
    }
}
