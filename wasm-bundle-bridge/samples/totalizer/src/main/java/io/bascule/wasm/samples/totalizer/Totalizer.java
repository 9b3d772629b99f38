/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.samples.totalizer;

import io.bascule.guest.Batch;
import io.bascule.guest.Config;
import io.bascule.guest.Host;
import io.bascule.guest.Processor;
import io.bascule.guest.ProcessorModule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Integrates the flow of each channel by the trapezoidal rule and sends a total for every reading. Time steps come from the
 * readings; over a gap, a step backwards in time or an unusable reading nothing is added.
 */
public final class Totalizer implements Processor {
    private static final int FORMAT = 1;
    private static final int CHANNELS_MAX = 64;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Map<Integer, Meter> meters = new LinkedHashMap<>();
    private boolean enabled = true;
    private double unitSeconds = 3600;
    private double gapSeconds = 900;
    private double cutoff;
    private int output = -1;

    /** What is known about a channel. */
    private static final class Meter {
        double total;
        double flow;
        long timeNanos;
        boolean started;

        /** Adds the time since the last reading and returns the total. */
        double add(double newFlow, long newTimeNanos, Totalizer settings) {
            double seconds = (newTimeNanos - timeNanos) / NANOS_PER_SECOND;
            if (started && seconds > 0 && seconds <= settings.gapSeconds) {
                total += (flow + newFlow) / 2 * seconds / settings.unitSeconds;
            }
            flow = newFlow;
            timeNanos = newTimeNanos;
            started = true;
            return total;
        }
    }

    private Totalizer() {}

    public static void main(String[] args) {
        ProcessorModule.run(new Totalizer());
    }

    @Override
    public void configure(Config config) {
        enabled = config.bool("enabled", true);
        unitSeconds = config.number("unit_seconds", 3600, 1e-3, 1e6);
        gapSeconds = config.number("gap_seconds", 900, 1e-3, 1e6);
        cutoff = config.number("cutoff", 0, 0, 1e9);
        output = config.channel("output");
    }

    @Override
    public int process(Batch batch) {
        if (!enabled) {
            return 0;
        }
        for (int i = 0; i < batch.count(); i++) {
            batch.setValue(i, total(batch, i));
            if (output >= 0) {
                batch.setChannel(i, output);
            }
        }
        return Host.emit(batch, batch.count());
    }

    private double total(Batch batch, int i) {
        Meter meter = meters.get(batch.channel(i));
        if (meter == null) {
            if (meters.size() == CHANNELS_MAX) {
                throw new IllegalStateException("more than " + CHANNELS_MAX + " channels");
            }
            meter = new Meter();
            meters.put(batch.channel(i), meter);
        }
        if (!batch.isUsable(i)) {
            // The total still stands, but flow may have been missed.
            meter.started = false;
            batch.setQuality(i, Batch.UNCERTAIN, 0);
            return meter.total;
        }
        double flow = batch.value(i);
        return meter.add(Math.abs(flow) < cutoff ? 0 : flow, batch.timeNanos(i), this);
    }

    @Override
    public byte[] snapshot() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeInt(meters.size());
            for (Map.Entry<Integer, Meter> entry : meters.entrySet()) {
                Meter meter = entry.getValue();
                out.writeInt(entry.getKey());
                out.writeDouble(meter.total);
                out.writeDouble(meter.flow);
                out.writeLong(meter.timeNanos);
                out.writeBoolean(meter.started);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public boolean restore(byte[] state) {
        meters.clear();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(state))) {
            if (in.readInt() != FORMAT) {
                return false;
            }
            for (int left = in.readInt(); left > 0; left--) {
                int channel = in.readInt();
                Meter meter = new Meter();
                meter.total = in.readDouble();
                meter.flow = in.readDouble();
                meter.timeNanos = in.readLong();
                meter.started = in.readBoolean();
                meters.put(channel, meter);
            }
            return true;
        } catch (IOException e) {
            meters.clear(); // half a state is none
            return false;
        }
    }

    @Override
    public boolean test() {
        meters.clear();
        unitSeconds = 3600;
        gapSeconds = 900;
        cutoff = 0.5;
        Meter meter = new Meter();
        long minute = 60_000_000_000L;
        // An hour of a flow that rises from 0 to 60 an hour gives 30; a gap after it gives nothing.
        double total = 0;
        for (int i = 0; i <= 60; i++) {
            total = meter.add(i, i * minute, this);
        }
        double afterGap = meter.add(60, 1000 * minute, this);
        meters.put(7, meter);
        return Math.abs(total - 30) < 1e-9
                && afterGap == total
                && restore(snapshot())
                && meters.size() == 1
                && meters.getOrDefault(7, new Meter()).total == total;
    }
}
