/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes what a device said. Values are raw: scale and offset come later. Every method takes the index of the address in its
 * plan, and a source time in nanoseconds since 1970, 0 when the device gives none: then it is the time of arrival. An address
 * may be told of several times, oldest first. Used by the thread that reads.
 *
 * <p>The methods for one kind each are {@link #value} with that kind; a sink that many readings go through implements them itself,
 * without an object for each.
 */
@ProviderType
public interface ReadingSink {

    /** Source time for devices that give none. */
    long ARRIVAL = 0;

    /**
     * Tells of a number.
     *
     * @throws IllegalArgumentException when the address is of another kind
     */
    default void f64(int index, double value, Quality quality, long timeNanos) {
        value(index, new Value.F64(value), quality, timeNanos);
    }

    /**
     * Tells of an integer.
     *
     * @throws IllegalArgumentException when the address is of another kind
     */
    default void i64(int index, long value, Quality quality, long timeNanos) {
        value(index, new Value.I64(value), quality, timeNanos);
    }

    /**
     * Tells of true or false.
     *
     * @throws IllegalArgumentException when the address is of another kind
     */
    default void bool(int index, boolean value, Quality quality, long timeNanos) {
        value(index, new Value.Bool(value), quality, timeNanos);
    }

    /**
     * Tells of a value of any kind.
     *
     * @throws IllegalArgumentException when the address is of another kind
     */
    void value(int index, Value value, Quality quality, long timeNanos);

    /**
     * Says that there is no value: the last one stays, with this quality and its old source time.
     *
     * @param quality why, not good
     */
    void none(int index, Quality quality);
}
