/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import java.util.Objects;

/**
 * One reading as an object: for tests, commands and other places that are not in a hurry. The data path uses
 * {@link Batch}.
 *
 * @param channel the channel's handle
 * @param value the value
 * @param quality how far it can be trusted
 * @param timeNanos when the source measured it, nanoseconds since 1970-01-01T00:00:00Z
 */
public record Reading(int channel, Value value, Quality quality, long timeNanos) {

    /** Checks that nothing is missing. */
    public Reading {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(quality, "quality");
    }
}
