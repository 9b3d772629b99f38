/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.driver.DeviceSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the simulator reads of a configuration.
 *
 * @param scanNanos the period of faults that name none
 * @param samplesPerScan readings of each channel in one scan, evenly spread over it
 * @param readingsPerSecond 0 to scan by the clock; otherwise load mode: so many readings a second, in batches
 */
record SimulatorSettings(
        List<Fault> faults, long seed, long scanNanos, int samplesPerScan, int readingsPerSecond, int batchSize) {

    private static final int SCAN_MILLIS_MAX = 86_400_000;
    private static final int RATE_MAX = 100_000_000;
    private static final int FAULTS_MAX = 100;

    /** Reads a configuration; what is wrong is told to {@code settings}. */
    static SimulatorSettings of(DeviceSettings settings) {
        // The channels belong to what makes another device: faults name them, and noise follows from their order.
        settings.list("channels");
        settings.text("channelsFile", "");
        long seed = settings.integer("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE);
        long millis = settings.text("scanPeriodMillis", "1000").matches("[0-9]{1,8}")
                ? Long.parseLong(settings.text("scanPeriodMillis", "1000"))
                : 1000;
        long scanNanos = TimeUnit.MILLISECONDS.toNanos(Math.max(1, Math.min(millis, SCAN_MILLIS_MAX)));
        int samples = (int) settings.integer("samplesPerScan", 1, 1, Batch.SIZE_MAX);
        int rate = (int) settings.integer("readingsPerSecond", 0, 0, RATE_MAX);
        int batch = (int) settings.integer("batchSize", 256, 1, Batch.SIZE_MAX);
        if (rate > 0 && !settings.list("scanGroups").isEmpty()) {
            settings.problem("readingsPerSecond is for the channels of one scan group; leave scanGroups empty");
        }
        return new SimulatorSettings(faults(settings, scanNanos), seed, scanNanos, samples, rate, batch);
    }

    private static List<Fault> faults(DeviceSettings settings, long scanNanos) {
        List<Fault> faults = new ArrayList<>();
        List<String> written = Call.split(settings.list("faults"));
        if (written.size() > FAULTS_MAX) {
            settings.problem("faults: " + written.size() + " faults; expected at most " + FAULTS_MAX);
        }
        for (String one : written) {
            try {
                faults.add(Fault.parse(one, faults.size(), scanNanos));
            } catch (IllegalArgumentException e) {
                settings.problem("faults: " + e.getMessage());
            }
        }
        return List.copyOf(faults);
    }
}
