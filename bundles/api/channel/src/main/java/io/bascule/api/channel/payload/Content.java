/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.payload;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ReadingSink;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a payload says of one channel.
 *
 * @param value the value; null when there is none
 * @param quality good with a value, and else why there is none: {@code bad:node-id-unknown} when the place is not there,
 *     {@code bad:type-mismatch} when what is there is no such value, {@code bad:out-of-range} when it does not fit,
 *     {@code bad:resource-unavailable} for JSON's null
 * @param timeNanos source time in nanoseconds since 1970; {@link ReadingSink#ARRIVAL} when the payload gives none
 */
public record Content(@Nullable Value value, Quality quality, long timeNanos) {

    /** Checks that there is a value or a reason. */
    public Content {
        Objects.requireNonNull(quality, "quality");
        if (value == null && quality.level() == Quality.Level.GOOD) {
            throw new IllegalArgumentException("there is no value but the quality is " + quality);
        }
    }

    /** Returns a value that the device gave no time for. */
    public static Content of(Value value) {
        return new Content(value, Quality.GOOD, ReadingSink.ARRIVAL);
    }

    /** Says why there is no value. */
    public static Content none(Quality why) {
        return new Content(null, why, ReadingSink.ARRIVAL);
    }

    /** Tells {@code sink} of it as the address {@code index}. */
    public void tell(ReadingSink sink, int index) {
        if (value == null) {
            sink.none(index, quality);
        } else {
            sink.value(index, value, quality, timeNanos);
        }
    }
}
