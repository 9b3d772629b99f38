/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How times are written in a file. Text without a zone is UTC. Every instance is safe for use by any thread. */
interface TimestampFormat {

    /** Words that can be configured besides patterns, for messages. */
    String WORDS = "auto, iso, datetime, epoch-s, epoch-ms";

    /**
     * Returns nanoseconds since 1970-01-01T00:00:00Z.
     *
     * @throws IllegalArgumentException when {@code text} is not a time in this format
     */
    long parse(String text);

    /**
     * Returns the format called {@code word}, or the pattern of {@link DateTimeFormatter} that it is.
     *
     * @throws IllegalArgumentException when it is neither
     */
    static TimestampFormat of(String word) {
        return switch (word) {
            case "auto" -> TimestampFormat::auto;
            case "iso", "datetime" -> TimestampFormat::dateTime;
            case "epoch-s" -> text -> epoch(text, TimeUnit.SECONDS);
            case "epoch-ms" -> text -> epoch(text, TimeUnit.MILLISECONDS);
            default -> pattern(word);
        };
    }

    private static TimestampFormat pattern(String pattern) {
        DateTimeFormatter formatter;
        try {
            formatter = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + pattern + "' is neither one of " + WORDS
                            + " nor a date-time pattern such as dd.MM.yyyy HH:mm:ss: " + e.getMessage(),
                    e);
        }
        return text -> {
            try {
                TemporalAccessor parsed = formatter.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
                OffsetDateTime at = parsed instanceof OffsetDateTime offset
                        ? offset
                        : ((LocalDateTime) parsed).atOffset(ZoneOffset.UTC);
                return nanos(at.toEpochSecond(), at.getNano());
            } catch (DateTimeException e) {
                throw new IllegalArgumentException("'" + text + "' is not a time written as " + pattern, e);
            }
        };
    }

    private static long nanos(long seconds, long nanoOfSecond) {
        try {
            return Math.addExact(Math.multiplyExact(seconds, TimeUnit.SECONDS.toNanos(1)), nanoOfSecond);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("the time is outside the years 1678 to 2261", e);
        }
    }

    private static long auto(String text) {
        boolean isNumber = !text.isEmpty() && text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.');
        if (!isNumber) {
            return dateTime(text);
        }
        int dot = text.indexOf('.');
        int digits = dot < 0 ? text.length() : dot;
        // Seconds since 1970 have ten digits from 2001 to 2286, milliseconds have thirteen.
        return epoch(text, digits >= 12 ? TimeUnit.MILLISECONDS : TimeUnit.SECONDS);
    }

    /** Reads {@code 1386018900} or {@code 1386018900.25} without the rounding of a double. */
    private static long epoch(String text, TimeUnit unit) {
        int dot = text.indexOf('.');
        try {
            long whole = Long.parseLong(dot < 0 ? text : text.substring(0, dot));
            long nanosPerUnit = unit.toNanos(1);
            long fraction = 0;
            if (dot >= 0) {
                long scale = nanosPerUnit;
                for (int i = dot + 1; i < text.length() && scale >= 10; i++) {
                    scale /= 10;
                    fraction += digit(text, i) * scale;
                }
            }
            return Math.addExact(Math.multiplyExact(whole, nanosPerUnit), text.startsWith("-") ? -fraction : fraction);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a number of " + unit.name().toLowerCase(Locale.ROOT) + " since 1970", e);
        }
    }

    /** Reads {@code yyyy-MM-dd HH:mm:ss}, with T or a blank between, a fraction and a zone where given. */
    private static long dateTime(String text) {
        try {
            if (text.length() < 19
                    || text.charAt(4) != '-'
                    || text.charAt(7) != '-'
                    || (text.charAt(10) != 'T' && text.charAt(10) != ' ')
                    || text.charAt(13) != ':'
                    || text.charAt(16) != ':') {
                throw new DateTimeException("expected for example 2013-12-02 21:15:00 or 2013-12-02T21:15:00Z");
            }
            long day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
                    .toEpochDay();
            int second = inRange(number(text, 11, 13), 23) * 3600
                    + inRange(number(text, 14, 16), 59) * 60
                    + inRange(number(text, 17, 19), 59);
            int at = 19;
            long nano = 0;
            if (at < text.length() && text.charAt(at) == '.') {
                at++;
                for (long scale = TimeUnit.SECONDS.toNanos(1) / 10;
                        at < text.length() && Character.isDigit(text.charAt(at));
                        at++, scale /= 10) {
                    nano += digit(text, at) * scale;
                }
            }
            int offset =
                    at == text.length() ? 0 : ZoneOffset.of(text.substring(at)).getTotalSeconds();
            return nanos(TimeUnit.DAYS.toSeconds(day) + second - offset, nano);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'" + text + "' is not a time: " + e.getMessage(), e);
        }
    }

    private static int inRange(int value, int max) {
        if (value > max) {
            throw new DateTimeException(value + " is more than " + max);
        }
        return value;
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + digit(text, i);
        }
        return number;
    }

    private static int digit(String text, int at) {
        char c = text.charAt(at);
        if (c < '0' || c > '9') {
            throw new DateTimeException("'" + c + "' at position " + (at + 1) + " is not a digit");
        }
        return c - '0';
    }
}
