/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.samples.average;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.spi.ModuleConfig;
import io.bascule.api.module.spi.ModuleLogic;
import io.bascule.api.module.spi.Output;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The averages of one stage. */
final class Average implements ModuleLogic {

    private static final String TOPIC = AverageModule.NAME + "/counts";
    private static final int CHANNELS_MAX = 16;
    private static final int FORMAT = 1;
    /** What guests call an alarm, in the scale of alerts. */
    private static final int SEVERITY = 700;

    private final Settings settings;
    private final ChannelRegistry channels;
    private final Map<Integer, Window> windows = new LinkedHashMap<>();
    private final int outputChannel;
    private int readings;
    private int averaged;
    private int skipped;
    private int unusable;
    private int alerts;
    private double lastAverage;

    /**
     * What can be set; {@link AverageConfig} says what it means.
     *
     * @param intervalNanos shortest distance of two averaged readings, 0 takes all
     */
    record Settings(
            boolean isEnabled,
            long intervalNanos,
            int window,
            double threshold,
            double hysteresis,
            String output,
            int reportEvery) {

        static Settings read(ModuleConfig config) throws ModuleException {
            double rate = config.number("sampling_rate", 0, 0, 1e6);
            return new Settings(
                    config.flag("enabled", true),
                    rate > 0 ? (long) (1e9 / rate) : 0,
                    (int) config.integer("window", 16, 1, Window.SIZE_MAX),
                    config.number("threshold", 100, -1e9, 1e9),
                    config.number("hysteresis", 2, 0, 1e9),
                    config.text("output", "", 255),
                    (int) config.integer("report_every", 0, 0, 1_000_000_000));
        }
    }

    Average(Settings settings, ChannelRegistry channels) {
        this.settings = settings;
        this.channels = channels;
        this.outputChannel = settings.output().isEmpty()
                ? 0
                : channels.openVirtual(settings.output(), ValueKind.F64, "").handle();
    }

    @Override
    public void process(Batch batch, Output output) {
        Batch.Builder out = Batch.builder(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            step(batch, i, out, output);
            if (settings.reportEvery() > 0 && readings % settings.reportEvery() == 0) {
                output.message(TOPIC, report().getBytes(StandardCharsets.UTF_8));
            }
        }
        output.readings(out.build());
    }

    private void step(Batch batch, int i, Batch.Builder out, Output output) {
        readings++;
        Window window = settings.isEnabled() ? usableWindow(batch, i) : null;
        if (window == null) {
            Reading same = batch.reading(i);
            out.add(
                    outputChannel == 0
                            ? same
                            : new Reading(outputChannel, same.value(), same.quality(), same.timeNanos()));
            return;
        }
        long time = batch.timeNanos(i);
        if (window.isTooSoon(time, settings.intervalNanos())) {
            skipped++;
            return;
        }
        double average = window.averageWith(batch.asDouble(i), time);
        averaged++;
        lastAverage = average;
        if (window.rises(average, settings)) {
            alerts++;
            output.alert(alert(batch.channel(i), time, average));
        }
        int channel = outputChannel == 0 ? batch.channel(i) : outputChannel;
        out.add(channel, ValueKind.F64, batch.quality(i), time, Double.doubleToRawLongBits(average));
    }

    /** Returns the window that takes this reading; null when the reading is not usable or has one channel too many. */
    private @Nullable Window usableWindow(Batch batch, int i) {
        if (batch.quality(i).level() == Quality.Level.BAD || !Double.isFinite(batch.asDouble(i))) {
            unusable++;
            return null;
        }
        int channel = batch.channel(i);
        Window known = windows.get(channel);
        if (known != null || windows.size() == CHANNELS_MAX) {
            return known;
        }
        Window fresh = new Window(channel, settings.window());
        windows.put(channel, fresh);
        return fresh;
    }

    private Alert alert(int channel, long time, double average) {
        String text = String.format(
                Locale.ROOT,
                "average of the last %d readings is %.2f, above %.2f",
                settings.window(),
                average,
                settings.threshold());
        String name = channels.find(channel).map(Channel::name).orElse("");
        return new Alert(AverageModule.NAME, SEVERITY, name, time, average, text);
    }

    private String report() {
        return String.format(
                Locale.ROOT,
                "{\"readings\":%d,\"averaged\":%d,\"skipped\":%d,\"unusable\":%d,\"alerts\":%d,\"average\":%.6f}",
                readings,
                averaged,
                skipped,
                unusable,
                alerts,
                lastAverage);
    }

    @Override
    public byte[] snapshot() {
        int bytes = 40 + windows.values().stream().mapToInt(Window::bytes).sum();
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(FORMAT).putInt(settings.window()).putInt(windows.size());
        out.putInt(readings).putInt(averaged).putInt(skipped).putInt(unusable).putInt(alerts);
        out.putDouble(lastAverage);
        windows.values().forEach(w -> w.writeTo(out));
        return out.array();
    }

    @Override
    public void restore(byte[] state) throws ModuleException {
        ByteBuffer from = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        try {
            int format = from.getInt();
            if (format != FORMAT) {
                throw new ModuleException("state of format " + format + "; expected " + FORMAT);
            }
            int size = from.getInt();
            int used = from.getInt();
            if (size < 1 || size > Window.SIZE_MAX || used < 0 || used > CHANNELS_MAX) {
                throw new IllegalArgumentException(used + " channels with windows of " + size);
            }
            readings = from.getInt();
            averaged = from.getInt();
            skipped = from.getInt();
            unusable = from.getInt();
            alerts = from.getInt();
            lastAverage = from.getDouble();
            for (int i = 0; i < used; i++) {
                Window window = Window.read(from, size, settings.window());
                windows.put(window.channel, window);
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new ModuleException("state of " + state.length + " bytes is corrupt: " + e.getMessage(), e);
        }
        if (from.hasRemaining()) {
            throw new ModuleException("state has " + from.remaining() + " bytes too many");
        }
    }

    /** Sends a ramp to 16 and back through a window of 4: the average passes 10 once and falls below 8 once. */
    static void test(ChannelRegistry channels) throws ModuleException {
        double[] ramp = {4, 8, 12, 16, 16, 11, 4, 4, 4};
        double[] expected = {4, 6, 8, 10, 13, 13.75, 11.75, 8.75, 5.75};
        Average average = new Average(new Settings(true, 0, 4, 10, 2, "", 0), channels);
        for (int i = 0; i < ramp.length; i++) {
            Batch.Builder out = Batch.builder(1);
            average.step(Batch.builder(1).add(1, ramp[i], i).build(), 0, out, Output.NOWHERE);
            double got = out.build().asDouble(0);
            if (got != expected[i] || average.alerts != (i < 4 ? 0 : 1)) {
                throw new ModuleException("after reading " + i + " expected average " + expected[i] + ", got " + got
                        + " with " + average.alerts + " alerts");
            }
        }
    }
}
