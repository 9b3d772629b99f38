/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How facts of the gateway look in the shell: the same everywhere. Safe for use by any thread. */
public final class Display {

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final double NANOS_PER_MICRO = 1_000;
    private static final long KIB = 1024;
    private static final int EXACT_DIGITS_MAX = 9;

    private Display() {}

    /** Returns nanoseconds since 1970 as date and time in UTC, to the second; {@code -} for 0, which means never. */
    public static String time(long nanos) {
        return nanos == 0 ? "-" : time(instant(nanos));
    }

    /** Returns an instant as date and time in UTC, to the second. */
    public static String time(Instant instant) {
        return SECONDS.format(instant);
    }

    /** Returns nanoseconds since 1970 as an instant. */
    public static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
    }

    /** Returns a duration in its largest fitting unit, such as {@code 42s}, {@code 5m}, {@code 3h} or {@code 12d}. */
    public static String age(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        if (duration.toMinutes() < 120) {
            return duration.toMinutes() + "m";
        }
        return duration.toHours() < 48 ? duration.toHours() + "h" : duration.toDays() + "d";
    }

    /** Returns nanoseconds spent as seconds with milliseconds. */
    public static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f s", nanos / (double) NANOS_PER_SECOND);
    }

    /** Returns the time of a call in the unit that fits; {@code -} for 0, which means none was measured. */
    public static String latency(long nanos) {
        if (nanos == 0) {
            return "-";
        }
        return nanos < NANOS_PER_MILLI
                ? String.format(Locale.ROOT, "%.0f us", nanos / NANOS_PER_MICRO)
                : String.format(Locale.ROOT, "%.1f ms", nanos / (double) NANOS_PER_MILLI);
    }

    /** Returns a size in bytes in KiB or MiB. */
    public static String bytes(long bytes) {
        if (bytes < KIB) {
            return bytes + " B";
        }
        return bytes < KIB * KIB
                ? bytes / KIB + " KiB"
                : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (KIB * KIB));
    }

    /** Returns a value; a double with at most 6 digits after the point, so that columns stay readable. */
    public static String value(Value value) {
        if (value instanceof Value.F64 number) {
            String exact = Double.toString(number.value());
            return exact.length() <= EXACT_DIGITS_MAX || !Double.isFinite(number.value())
                    ? exact
                    : String.format(Locale.ROOT, "%.6g", number.value());
        }
        return Table.clean(value.asText());
    }

    /** Returns the value of a reading, or {@code -} when there has never been one. */
    public static String value(Reading reading) {
        return reading.quality().equals(Quality.BAD_WAITING_FOR_INITIAL_DATA) ? "-" : value(reading.value());
    }
}
