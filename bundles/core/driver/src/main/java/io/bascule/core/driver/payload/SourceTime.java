/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import io.bascule.api.channel.driver.ReadingSink;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/**
 * Reads when a device says it measured.
 *
 * @param nanosPerUnit what one is worth when the time is a number since 1970
 */
record SourceTime(BigDecimal nanosPerUnit) {

    private static final List<String> UNITS = List.of("s", "ms", "us", "ns");
    private static final int DIGITS_MAX = 40;
    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000);

    /**
     * Reads the unit.
     *
     * @throws IllegalArgumentException when it is none
     */
    static SourceTime in(String unit) {
        int index = UNITS.indexOf(unit);
        if (index < 0) {
            throw new IllegalArgumentException("timeUnit='" + unit + "' is none of " + UNITS);
        }
        return new SourceTime(NANOS_PER_SECOND.movePointLeft(3 * index));
    }

    /** Returns nanoseconds since 1970; {@link ReadingSink#ARRIVAL} when the text is neither a number nor a time with an offset. */
    long nanos(String written) {
        String text = written.strip();
        if (text.length() > DIGITS_MAX || text.isEmpty()) {
            return ReadingSink.ARRIVAL;
        }
        try {
            boolean isNumber = text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.');
            if (isNumber) {
                return new BigDecimal(text)
                        .multiply(nanosPerUnit)
                        .setScale(0, RoundingMode.DOWN)
                        .longValueExact();
            }
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return Math.addExact(
                    Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND.longValue()), instant.getNano());
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            return ReadingSink.ARRIVAL;
        }
    }
}
