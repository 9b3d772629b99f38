/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

import io.bascule.api.channel.Channel;
import io.bascule.api.store.ReadingPage.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Which readings are wanted.
 *
 * @param channel name of one channel
 * @param fromNanos first source time, nanoseconds since 1970-01-01T00:00:00Z
 * @param untilNanos source time before which they lie, itself not included; not before {@code fromNanos}
 * @param limit most readings in the answer, 1 to {@value #LIMIT_MAX}
 * @param after where the page before ended, null for the first page
 */
public record ReadingQuery(
        String channel,
        long fromNanos,
        long untilNanos,
        int limit,
        @Nullable Cursor after) {

    /** Most readings in one page. */
    public static final int LIMIT_MAX = 100_000;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when one is wrong
     */
    public ReadingQuery {
        Channel.requireName(channel);
        if (fromNanos > untilNanos) {
            throw new IllegalArgumentException("readings of '" + channel + "' from " + fromNanos + " until "
                    + untilNanos + ": the end is before the beginning");
        }
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new IllegalArgumentException(
                    "at most " + limit + " readings of '" + channel + "' were asked for; expected 1 to " + LIMIT_MAX);
        }
    }

    /** Asks for the first page. */
    public static ReadingQuery of(String channel, long fromNanos, long untilNanos, int limit) {
        return new ReadingQuery(channel, fromNanos, untilNanos, limit, null);
    }

    /** Asks the same from {@code cursor} on. */
    public ReadingQuery from(Cursor cursor) {
        return new ReadingQuery(channel, fromNanos, untilNanos, limit, cursor);
    }
}
