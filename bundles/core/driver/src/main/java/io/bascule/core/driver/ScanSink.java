/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.spi.DeviceSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a driver says of one group's addresses into batches: scales, filters, and knows what has become stale. Allocates
 * nothing for a reading of a fixed kind. Confined to a lane but for its figures.
 */
final class ScanSink implements ReadingSink {

    private static final double TRUE = 1.0;
    private static final int TAIL_BYTES_MAX = 1024 * 1024;
    private static final int NO_QUALITY = -1;
    private static final long ARRIVAL_STEP_NANOS = 1_000_000;

    private final ChannelRegistry image;
    private final int[] handles;
    private final ValueKind[] rawKinds;
    private final ValueKind[] kinds;
    /** Null where raw values are the values. */
    private final @Nullable Scaling[] scalings;

    private final @Nullable FilterState[] filters;
    private final boolean hasWaiting;
    private final long[] seenNano;
    private final boolean[] isStale;
    private final int[] lastQuality;
    private final LongAdder suppressed = new LongAdder();
    private final AtomicInteger staleCount = new AtomicInteger();

    private final LongSupplier wallNanos;
    private long nowNano = System.nanoTime();
    private long arrivalNano;
    private long arrivalNanos;
    private Batch.Builder batch = Batch.builder(1);
    private List<Batch> full = new ArrayList<>();
    private int tailBytes;

    /**
     * Makes a sink for some channels of a device.
     *
     * @param indexes which, in the order of the plan
     * @param wallNanos the time of arrival, nanoseconds since 1970
     */
    ScanSink(
            DeviceModel<?> model, int[] indexes, DeviceSession session, ChannelRegistry image, LongSupplier wallNanos) {
        this.image = image;
        this.wallNanos = wallNanos;
        this.arrivalNano = nowNano - ARRIVAL_STEP_NANOS;
        int size = indexes.length;
        handles = new int[size];
        rawKinds = new ValueKind[size];
        kinds = new ValueKind[size];
        scalings = new Scaling[size];
        filters = new FilterState[size];
        seenNano = new long[size];
        isStale = new boolean[size];
        lastQuality = new int[size];
        boolean canWait = false;
        for (int i = 0; i < size; i++) {
            ConfiguredChannel<?> channel = model.channels().get(indexes[i]);
            handles[i] = session.channel(channel.point().channel()).handle();
            rawKinds[i] = channel.address().kind();
            kinds[i] = channel.point().kind();
            scalings[i] = channel.scaling().isNone() ? null : channel.scaling();
            if (!channel.filter().isNone()) {
                FilterState state = new FilterState(channel.filter(), kinds[i]);
                filters[i] = state;
                canWait |= state.canWait();
            }
        }
        hasWaiting = canWait;
    }

    int size() {
        return handles.length;
    }

    long suppressed() {
        return suppressed.sum();
    }

    int stale() {
        return staleCount.get();
    }

    /** A connection has begun: everything that comes is news, and nothing is stale yet. */
    void restart(long now) {
        Arrays.fill(seenNano, now);
        Arrays.fill(isStale, false);
        Arrays.fill(lastQuality, NO_QUALITY);
        staleCount.set(0);
        for (FilterState filter : filters) {
            if (filter != null) {
                filter.restart();
            }
        }
    }

    /** Returns the time of arrival, exact to a millisecond: a scan of a slow device takes seconds. */
    private long arrival(long timeNanos) {
        if (timeNanos != ARRIVAL) {
            return timeNanos;
        }
        if (nowNano - arrivalNano >= ARRIVAL_STEP_NANOS) {
            arrivalNano = nowNano;
            arrivalNanos = wallNanos.getAsLong();
        }
        return arrivalNanos;
    }

    @Override
    public void f64(int index, double value, Quality quality, long timeNanos) {
        fixed(index, ValueKind.F64, Double.doubleToRawLongBits(value), quality, timeNanos);
    }

    @Override
    public void i64(int index, long value, Quality quality, long timeNanos) {
        fixed(index, ValueKind.I64, value, quality, timeNanos);
    }

    @Override
    public void bool(int index, boolean value, Quality quality, long timeNanos) {
        fixed(index, ValueKind.BOOL, Double.doubleToRawLongBits(value ? TRUE : 0), quality, timeNanos);
    }

    @Override
    public void value(int index, Value value, Quality quality, long timeNanos) {
        if (value instanceof Value.F64 number) {
            f64(index, number.value(), quality, timeNanos);
        } else if (value instanceof Value.I64 number) {
            i64(index, number.value(), quality, timeNanos);
        } else if (value instanceof Value.Bool bool) {
            bool(index, bool.value(), quality, timeNanos);
        } else {
            requireKind(index, value.kind());
            seen(index);
            add(index, value, quality, arrival(timeNanos));
        }
    }

    @Override
    public void none(int index, Quality quality) {
        if (quality.level() == Quality.Level.GOOD) {
            throw new IllegalArgumentException(
                    "address " + index + " has no value but the quality " + quality + "; the quality must say why");
        }
        seen(index);
        if (lastQuality[index] == quality.code()) {
            suppressed.increment();
        } else {
            last(index, quality);
        }
    }

    private void requireKind(int index, ValueKind kind) {
        if (rawKinds[index] != kind) {
            throw new IllegalArgumentException("address " + index + " is of kind " + rawKinds[index].word()
                    + "; the driver told of a value of kind " + kind.word());
        }
    }

    private void seen(int index) {
        nowNano = System.nanoTime();
        seenNano[index] = nowNano;
        if (isStale[index]) {
            isStale[index] = false;
            staleCount.decrementAndGet();
        }
    }

    private void fixed(int index, ValueKind rawKind, long rawBits, Quality quality, long timeNanos) {
        requireKind(index, rawKind);
        seen(index);
        long bits = rawBits;
        Scaling scaling = scalings[index];
        if (scaling != null) {
            double raw = rawKind == ValueKind.I64 ? rawBits : Double.longBitsToDouble(rawBits);
            bits = Double.doubleToRawLongBits(scaling.fromRaw(raw));
        }
        long time = arrival(timeNanos);
        FilterState filter = filters[index];
        if (filter != null && !filter.passes(bits, quality, time, nowNano)) {
            suppressed.increment();
            return;
        }
        add(index, bits, quality, time);
    }

    private void add(int index, long bits, Quality quality, long time) {
        reserve(0);
        batch.add(handles[index], kinds[index], quality, time, bits);
        lastQuality[index] = quality.code();
    }

    private void add(int index, Value value, Quality quality, long time) {
        reserve(
                value instanceof Value.Text text
                        ? text.value().length() * 3
                        : value instanceof Value.Bytes bytes ? bytes.value().length : 0);
        batch.add(new Reading(handles[index], value, quality, time));
        lastQuality[index] = quality.code();
    }

    /** Publishes the last reading anew with another quality: value and source time stay what they were. */
    private void last(int index, Quality quality) {
        Reading last = image.read(handles[index]);
        add(index, last.value(), quality, last.timeNanos());
    }

    private void reserve(int bytes) {
        if (batch.size() == Batch.SIZE_MAX || tailBytes + bytes > TAIL_BYTES_MAX) {
            full.add(batch.build());
            batch = Batch.builder(handles.length);
            tailBytes = 0;
        }
        tailBytes += bytes;
    }

    /** Says which channels have been without news for longer than {@code staleNanos}. */
    void markStale(long now, long staleNanos) {
        for (int i = 0; i < handles.length; i++) {
            if (!isStale[i] && now - seenNano[i] > staleNanos) {
                isStale[i] = true;
                staleCount.incrementAndGet();
                Quality before = image.read(handles[i]).quality();
                if (before.equals(Quality.BAD_WAITING_FOR_INITIAL_DATA)) {
                    last(i, Quality.BAD_TIMEOUT);
                } else if (before.level() != Quality.Level.BAD) {
                    last(i, Quality.UNCERTAIN_LAST_USABLE_VALUE);
                }
            }
        }
    }

    /** Adds the readings that have waited for their channel's shortest interval. */
    void addWaiting(long now) {
        for (int i = 0; hasWaiting && i < handles.length; i++) {
            FilterState filter = filters[i];
            if (filter != null && filter.isDue(now)) {
                long bits = filter.waitingBits();
                long time = filter.waitingTime();
                Quality quality = filter.waitingQuality();
                if (filter.passes(bits, quality, time, now)) {
                    add(i, bits, quality, time);
                }
            }
        }
    }

    boolean hasWaiting() {
        return hasWaiting;
    }

    /** Returns what has come since the last call, oldest first. */
    List<Batch> take() {
        if (full.isEmpty() && batch.size() == 0) {
            return List.of();
        }
        List<Batch> all = full;
        if (batch.size() > 0) {
            all.add(batch.build());
            batch = Batch.builder(handles.length);
        }
        full = new ArrayList<>();
        tailBytes = 0;
        return all;
    }
}
