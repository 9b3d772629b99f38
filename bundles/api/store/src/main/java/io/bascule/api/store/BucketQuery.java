/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;

/**
 * Which readings are wanted, summed up in buckets of equal width.
 *
 * @param channel name of one channel
 * @param fromNanos where the first bucket begins, nanoseconds since 1970-01-01T00:00:00Z
 * @param untilNanos where the last one ends at the latest, itself not included; not before {@code fromNanos}
 * @param widthNanos width of a bucket in nanoseconds, 1 and up; at most {@value #BUCKETS_MAX} buckets
 * @param worst the worst quality that counts: {@code GOOD} or {@code UNCERTAIN}; the value of a bad reading is none
 */
public record BucketQuery(String channel, long fromNanos, long untilNanos, long widthNanos, Quality.Level worst) {

    /** Most buckets in one answer. */
    public static final int BUCKETS_MAX = 100_000;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when one is wrong
     */
    public BucketQuery {
        Channel.requireName(channel);
        String what = "buckets of '" + channel + "' from " + fromNanos + " until " + untilNanos;
        if (fromNanos > untilNanos || (fromNanos < 0 && untilNanos > Long.MAX_VALUE + fromNanos)) {
            throw new IllegalArgumentException(
                    what + ": the end must not be before the beginning, nor 292 years after");
        }
        if (widthNanos < 1) {
            throw new IllegalArgumentException(what + " are " + widthNanos + " ns wide; expected 1 and up");
        }
        if ((untilNanos - fromNanos) / widthNanos >= BUCKETS_MAX) {
            throw new IllegalArgumentException(what + ", " + widthNanos + " ns wide, are more than " + BUCKETS_MAX
                    + "; ask for wider ones or less time");
        }
        if (worst == Quality.Level.BAD) {
            throw new IllegalArgumentException(
                    what + ": bad readings have no usable value; expected GOOD or UNCERTAIN");
        }
    }
}
