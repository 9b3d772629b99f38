/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import java.util.Objects;

/**
 * A reading of a channel as it was stored. It names no handle: the channel may be gone.
 *
 * @param timeNanos source time, nanoseconds since 1970-01-01T00:00:00Z
 * @param value the value; a stored NaN is some NaN, a stored -0.0 may come back as 0.0
 * @param quality how far it could be trusted
 */
public record StoredReading(long timeNanos, Value value, Quality quality) {
    /** Checks that nothing is missing. */
    public StoredReading {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(quality, "quality");
    }
}
