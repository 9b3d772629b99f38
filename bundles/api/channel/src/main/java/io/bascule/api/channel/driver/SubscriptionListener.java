/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes what a device tells by itself. Safe for use by any thread and never waits: readings are queued for the lane of the
 * device, and when the queue is full the oldest is dropped and counted. After the connection has ended nothing is taken.
 */
@ProviderType
public interface SubscriptionListener {

    /**
     * Takes a reading.
     *
     * @param index the index of the address in the subscription
     * @param value the raw value, of the address's kind
     * @param quality how far it can be trusted
     * @param timeNanos source time, nanoseconds since 1970; {@link ReadingSink#ARRIVAL} when the device gives none
     */
    void onReading(int index, Value value, Quality quality, long timeNanos);

    /**
     * Says that there is no value any more: the last one stays, with this quality and its old source time.
     *
     * @param index the index of the address in the subscription
     * @param quality why, not good
     */
    void onNone(int index, Quality quality);

    /**
     * Says that the connection is of no use any more, as {@link DriverException} does.
     *
     * @param reason why, for people; not empty
     */
    void onLost(String reason);
}
