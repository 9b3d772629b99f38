/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.api.security.NamePattern;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The process image: every channel, its last reading, and who wants to hear of new ones. Safe for use by any thread. */
@ProviderType
public interface ChannelRegistry {

    /** Most channels in one gateway. */
    int CHANNELS_MAX = 100_000;

    /** Finds a channel by name. */
    Optional<Channel> find(String name);

    /** Finds a channel by handle. */
    Optional<Channel> find(int handle);

    /** Returns all channels ordered by name; an unmodifiable snapshot. */
    List<Channel> list();

    /**
     * Returns the last reading of a channel. Before the first one: a default value of the channel's kind with quality
     * {@link Quality#BAD_WAITING_FOR_INITIAL_DATA} and time 0. While the device is away: the last value with
     * {@link Quality#BAD_NOT_CONNECTED}.
     *
     * @throws IllegalArgumentException when there is no channel with this handle
     */
    Reading read(int handle);

    /**
     * Returns the virtual channel {@code name}, making it when it does not exist: an output of a module or a flow.
     *
     * @throws IllegalArgumentException when the name is taken by a channel of another kind or is not valid
     * @throws IllegalStateException when {@link #CHANNELS_MAX} is reached
     */
    Channel openVirtual(String name, ValueKind kind, String unit);

    /**
     * Publishes readings of virtual channels: updates the process image, then calls the subscribers on this thread.
     * Readings of device channels and of unknown handles are refused and counted, because only a device's session may
     * speak for it.
     *
     * @return how many were accepted
     */
    int publishVirtual(Batch batch);

    /**
     * Starts speaking for a device. Called by drivers, once for each device.
     *
     * @param descriptor the device and its channels
     * @param writer takes the writes to its channels
     * @throws IllegalArgumentException when a channel name is taken by another device
     * @throws IllegalStateException when the device already has an open session, or {@link #CHANNELS_MAX} is reached
     */
    DeviceSession openDevice(DeviceDescriptor descriptor, DeviceWriter writer);

    /** Returns the devices that have an open session, ordered by name; an unmodifiable snapshot. */
    List<DeviceStatus> listDevices();

    /**
     * Calls {@code listener} with every batch that holds at least one reading of a matching channel, with only the
     * readings that match. Channels that come later are included.
     */
    Subscription subscribe(List<NamePattern> patterns, BatchListener listener);

    /** Hears of new readings. */
    @FunctionalInterface
    interface BatchListener {
        /**
         * Called on the thread that published, in the order of publication for each device. To block here is to hold that
         * device back: do it only as back-pressure by configuration. What it throws is logged and counted.
         */
        void onBatch(Batch batch);
    }

    /** Ends a subscription; no call starts after {@link #close()} has returned. Closing twice does nothing. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * How a device is doing.
     *
     * @param descriptor what it is
     * @param isConnected whether readings can be expected
     * @param reason why not, empty while connected
     * @param readings how many were published since the session opened
     * @param rejected how many published readings were refused: not its channel, wrong kind
     * @param lastReadingNanos gateway time of the last one, nanoseconds since 1970, 0 before the first
     */
    record DeviceStatus(
            DeviceDescriptor descriptor,
            boolean isConnected,
            String reason,
            long readings,
            long rejected,
            long lastReadingNanos) {}
}
