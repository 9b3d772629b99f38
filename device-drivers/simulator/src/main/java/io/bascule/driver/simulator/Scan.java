/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import java.util.List;

/**
 * Works out what a device says: a pure function of settings, handles, written setpoints and the number of the sample.
 * Allocates one batch and nothing for each reading.
 */
final class Scan {

    private final SimulatorSettings settings;
    private final List<SimulatedChannel> channels;
    private final int[] handles;
    /** Samples of one channel in a second of the device's time. */
    private final double samplesPerSecond;

    Scan(SimulatorSettings settings, int[] handles) {
        this.settings = settings;
        this.channels = settings.channels();
        this.handles = handles.clone();
        this.samplesPerSecond = settings.readingsPerSecond() > 0
                ? (double) settings.readingsPerSecond() / handles.length
                : settings.samplesPerScan() * 1e9 / settings.scanNanos();
    }

    /** Returns whether the device is disconnected at the time of a sample. */
    boolean isDisconnected(long sample) {
        return isActive(Fault.Kind.DISCONNECT, "", sample);
    }

    private boolean isActive(Fault.Kind kind, String point, long sample) {
        for (Fault fault : settings.faults()) {
            if (fault.kind() == kind && fault.concerns(point) && fault.isActive(settings.seed(), nanos(sample))) {
                return true;
            }
        }
        return false;
    }

    private long nanos(long sample) {
        return Math.round(sample / samplesPerSecond * 1e9);
    }

    /**
     * Returns the readings of one scan, channel by channel within each sample.
     *
     * @param tick the number of the scan, 0 and up
     * @param timeNanos source time of its last sample
     */
    Batch scan(long tick, long timeNanos) {
        int samples = settings.samplesPerScan();
        long step = settings.scanNanos() / samples;
        Batch.Builder batch = Batch.builder(samples * channels.size());
        for (int s = 0; s < samples; s++) {
            for (int c = 0; c < handles.length; c++) {
                add(batch, c, tick * samples + s, timeNanos - (samples - 1 - s) * step);
            }
        }
        return batch.build();
    }

    /** Returns {@code count} readings from reading number {@code first} on, all of one source time: load mode. */
    Batch load(long first, int count, long timeNanos) {
        Batch.Builder batch = Batch.builder(count);
        int c = (int) (first % handles.length);
        long sample = first / handles.length;
        for (int i = 0; i < count; i++) {
            add(batch, c, sample, timeNanos);
            if (++c == handles.length) {
                c = 0;
                sample++;
            }
        }
        return batch.build();
    }

    private void add(Batch.Builder batch, int c, long sample, long timeNanos) {
        SimulatedChannel channel = channels.get(c);
        Quality quality = Quality.GOOD;
        double spike = 0;
        List<Fault> faults = settings.faults();
        for (int f = 0; f < faults.size(); f++) {
            Fault fault = faults.get(f);
            if (fault.concerns(channel.point()) && fault.isActive(settings.seed(), nanos(sample))) {
                switch (fault.kind()) {
                    case SILENCE, DISCONNECT -> {
                        return;
                    }
                    case TIMEOUT -> quality = Quality.BAD_TIMEOUT;
                    case BAD -> quality = fault.quality();
                    case SPIKE -> spike += fault.add();
                }
            }
        }
        batch.add(
                handles[c], channel.kind(), quality, timeNanos, channel.bits(sample, sample / samplesPerSecond, spike));
    }
}
