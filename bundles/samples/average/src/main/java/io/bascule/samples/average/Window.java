/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.samples.average;

import java.nio.ByteBuffer;

/** The last readings of a channel. */
final class Window {

    static final int SIZE_MAX = 64;
    /** Bytes of a window without its values. */
    private static final int HEAD_BYTES = 32;

    final int channel;
    private final double[] values;
    private int length;
    private int next;
    private double sum;
    private long lastTime;
    private boolean isAlarm;

    Window(int channel, int size) {
        this.channel = channel;
        this.values = new double[size];
    }

    /** Returns whether a reading comes sooner after the last one than {@code intervalNanos}. */
    boolean isTooSoon(long time, long intervalNanos) {
        long since = time - lastTime;
        return intervalNanos > 0 && length > 0 && since >= 0 && since < intervalNanos;
    }

    double averageWith(double value, long time) {
        lastTime = time;
        add(value);
        return sum / length;
    }

    private void add(double value) {
        if (length == values.length) {
            sum -= values[next];
        } else {
            length++;
        }
        values[next] = value;
        sum += value;
        next++;
        if (next == values.length) {
            next = 0;
            // Adding up anew once a round keeps rounding errors from accumulating over months.
            sum = 0;
            for (int i = 0; i < length; i++) {
                sum += values[i];
            }
        }
    }

    /** Returns whether the average has just risen above the threshold. */
    boolean rises(double average, Average.Settings settings) {
        if (isAlarm) {
            isAlarm = average > settings.threshold() - settings.hysteresis();
            return false;
        }
        isAlarm = average > settings.threshold();
        return isAlarm;
    }

    int bytes() {
        return HEAD_BYTES + Double.BYTES * length;
    }

    void writeTo(ByteBuffer out) {
        out.putInt(channel)
                .putInt(isAlarm ? 1 : 0)
                .putLong(lastTime)
                .putDouble(sum)
                .putInt(next)
                .putInt(length);
        for (int i = 0; i < length; i++) {
            out.putDouble(values[i]);
        }
    }

    /**
     * Reads what {@link #writeTo} wrote for a window of {@code sizeBefore} readings; in a window of another size the newest
     * are kept.
     *
     * @throws IllegalArgumentException when it makes no sense
     */
    static Window read(ByteBuffer from, int sizeBefore, int size) {
        Window window = new Window(from.getInt(), size);
        window.isAlarm = from.getInt() != 0;
        window.lastTime = from.getLong();
        double sum = from.getDouble();
        int next = from.getInt();
        int length = from.getInt();
        if (length < 0 || length > sizeBefore || next < 0 || next >= sizeBefore) {
            throw new IllegalArgumentException(
                    length + " readings and position " + next + " in a window of " + sizeBefore);
        }
        double[] before = new double[length];
        for (int i = 0; i < length; i++) {
            before[i] = from.getDouble();
        }
        if (size == sizeBefore) {
            System.arraycopy(before, 0, window.values, 0, length);
            window.length = length;
            window.next = next;
            window.sum = sum;
            return window;
        }
        int oldest = length == sizeBefore ? next : 0;
        for (int i = 0; i < length; i++) {
            window.add(before[(oldest + i) % length]);
        }
        return window;
    }
}
