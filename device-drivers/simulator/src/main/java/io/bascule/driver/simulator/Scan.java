/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.driver.ReadingSink;
import java.util.List;

/**
 * Works out what a device says: a pure function of settings, written setpoints and the number of the sample. Allocates nothing
 * for each reading.
 */
final class Scan {

    private final SimulatorSettings settings;
    private final List<SimulatedChannel> channels;
    private final long scanNanos;
    /** Samples of one channel in a second of the device's time. */
    private final double samplesPerSecond;

    Scan(SimulatorSettings settings, List<SimulatedChannel> channels, long scanNanos) {
        this.settings = settings;
        this.channels = List.copyOf(channels);
        this.scanNanos = scanNanos;
        this.samplesPerSecond = settings.readingsPerSecond() > 0
                ? (double) settings.readingsPerSecond() / channels.size()
                : settings.samplesPerScan() * 1e9 / scanNanos;
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
     * Tells of the readings of one scan, channel by channel within each sample.
     *
     * @param tick the number of the scan, 0 and up
     * @param timeNanos source time of its last sample
     */
    void scan(long tick, long timeNanos, ReadingSink sink) {
        int samples = settings.samplesPerScan();
        long step = scanNanos / samples;
        for (int s = 0; s < samples; s++) {
            for (int c = 0; c < channels.size(); c++) {
                tell(sink, c, tick * samples + s, timeNanos - (samples - 1 - s) * step);
            }
        }
    }

    /** Tells of {@code count} readings from reading number {@code first} on, all of one source time: load mode. */
    void load(long first, int count, long timeNanos, ReadingSink sink) {
        int c = (int) (first % channels.size());
        long sample = first / channels.size();
        for (int i = 0; i < count; i++) {
            tell(sink, c, sample, timeNanos);
            if (++c == channels.size()) {
                c = 0;
                sample++;
            }
        }
    }

    private void tell(ReadingSink sink, int c, long sample, long timeNanos) {
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
        long bits = channel.bits(sample, sample / samplesPerSecond, spike);
        switch (channel.kind()) {
            case I64 -> sink.i64(c, bits, quality, timeNanos);
            case BOOL -> sink.bool(c, Double.longBitsToDouble(bits) != 0, quality, timeNanos);
            default -> sink.f64(c, Double.longBitsToDouble(bits), quality, timeNanos);
        }
    }
}
