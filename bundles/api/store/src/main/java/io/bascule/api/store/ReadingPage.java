/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Readings that answer a question, as many as were asked for at most.
 *
 * @param readings in order of time; those of one time in the order in which they were appended; unmodifiable
 * @param next where to go on, null when these are the last ones
 */
public record ReadingPage(
        List<StoredReading> readings, @Nullable Cursor next) {

    /** Copies the list. */
    public ReadingPage {
        readings = List.copyOf(readings);
    }

    /**
     * The place behind the last reading of a page. Only good for the store that gave it.
     *
     * @param timeNanos source time of that reading
     * @param number tells readings of one time apart
     */
    public record Cursor(long timeNanos, long number) {}
}
