/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Quality;
import java.util.Locale;
import java.util.Map;

/**
 * A fault that the device shows on schedule, written {@code KIND(every=60s,for=5s,at=10s,probability=0.5,...)}. Time is cut
 * into windows of {@code every}; in a window the fault happens with {@code probability}, begins {@code at} after the
 * window's start and lasts {@code for}. So whether it is there depends on seed and time only.
 *
 * @param stream the fault's number, so that two faults throw different dice
 * @param channel the point it is about, {@code *} for all of them
 * @param quality what {@code bad} readings carry
 * @param add what a {@code spike} adds
 */
record Fault(
        Kind kind,
        int stream,
        String channel,
        long everyNanos,
        long forNanos,
        long atNanos,
        double probability,
        Quality quality,
        double add) {

    /** Every channel. */
    static final String EVERY_CHANNEL = "*";

    /** What can happen. */
    enum Kind {
        /** Readings carry a bad quality. */
        BAD,
        /** A number is added to the value, which still looks good. */
        SPIKE,
        /** Readings carry {@code bad:timeout}. */
        TIMEOUT,
        /** The channel says nothing and the device looks connected. */
        SILENCE,
        /** The device is disconnected. */
        DISCONNECT;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Map<String, Quality> QUALITIES = Map.of(
            "sensor-failure", Quality.BAD_SENSOR_FAILURE,
            "device-failure", Quality.BAD_DEVICE_FAILURE,
            "out-of-service", Quality.BAD_OUT_OF_SERVICE,
            "bad", Quality.BAD,
            "sensor-not-accurate", Quality.UNCERTAIN_SENSOR_NOT_ACCURATE);

    /** Seeds of faults and of noises must not meet. */
    private static final int STREAM_OFFSET = 1_000_000;

    static Fault parse(String written, int number, long scanNanos) {
        Call call = Call.parse(written);
        Kind kind = kind(call.name());
        boolean isDeviceWide = kind == Kind.DISCONNECT;
        String channel = isDeviceWide ? EVERY_CHANNEL : call.text("channel", EVERY_CHANNEL);
        long every = call.nanos("every", scanNanos);
        long lasts = call.nanos("for", Math.min(every, scanNanos));
        long at = call.nanos("at", 0);
        double probability = call.number("probability", 1);
        String word = kind == Kind.BAD ? call.text("quality", "sensor-failure") : "bad";
        double add = kind == Kind.SPIKE ? call.number("add", 100) : 0;
        call.done();
        Quality quality = QUALITIES.get(word);
        if (quality == null) {
            throw new IllegalArgumentException("quality='" + word + "' in " + call.name() + "(...); expected one of "
                    + QUALITIES.keySet().stream().sorted().toList());
        }
        if (every < 1 || lasts < 1 || at + lasts > every) {
            throw new IllegalArgumentException(
                    call.name() + "(...) must begin and end within every: at + for is more than every");
        }
        if (probability < 0 || probability > 1) {
            throw new IllegalArgumentException(
                    "probability=" + probability + " in " + call.name() + "(...) is not within 0 to 1");
        }
        return new Fault(kind, number + STREAM_OFFSET, channel, every, lasts, at, probability, quality, add);
    }

    private static Kind kind(String word) {
        for (Kind kind : Kind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "there is no fault '" + word + "'; expected bad, spike, timeout, silence or disconnect");
    }

    /** Returns whether the fault is there at {@code nanos} after the start. */
    boolean isActive(long seed, long nanos) {
        long offset = nanos % everyNanos;
        return offset >= atNanos
                && offset < atNanos + forNanos
                && Dice.uniform(seed, stream, nanos / everyNanos) < probability;
    }

    boolean concerns(String point) {
        return channel.equals(EVERY_CHANNEL) || channel.equals(point);
    }
}
