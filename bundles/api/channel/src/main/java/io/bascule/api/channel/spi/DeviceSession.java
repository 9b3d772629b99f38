/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.spi;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A driver's line into the process image, for one device. Starts disconnected. One thread at a time may publish; the
 * other methods may be called by any thread.
 */
@ProviderType
public interface DeviceSession extends AutoCloseable {

    /**
     * Returns the channel called {@code name}.
     *
     * @throws IllegalArgumentException when the device has no such channel
     */
    Channel channel(String name);

    /** Says that the device answers. Posts an event when that is news. */
    void connected();

    /**
     * Says that the device does not answer: its channels turn to {@code BAD_NOT_CONNECTED}, subscribers hear of it, an event
     * is posted when that is news.
     *
     * @param reason why, for people; not empty
     */
    void disconnected(String reason);

    /**
     * Publishes readings of this device's channels: updates the process image, then calls the subscribers on this thread,
     * which may take long when a flow holds back. Readings of other channels or of the wrong kind are dropped and counted.
     *
     * @return how many were accepted
     * @throws IllegalStateException when the session is closed
     */
    int publish(Batch batch);

    /**
     * Returns whether a subscription matches a channel of this device now. For a source that can wait, such as a recording:
     * what is published while this is false reaches the process image only.
     */
    boolean hasSubscribers();

    /** Ends the session: as {@link #disconnected}, and the device is gone from the list. Closing twice does nothing. */
    @Override
    void close();
}
