/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs devices for drivers: a thread for each, connecting and reconnecting, scan groups, scaling, deadband, staleness, writes.
 * A driver's component calls {@link #start} when it is activated and closes what it gets when it is deactivated. Safe for use
 * by any thread.
 */
@ProviderType
public interface DriverRuntime {

    /** Most devices in one gateway: each has a thread. */
    int DEVICES_MAX = 512;

    /**
     * Starts a device. Returns at once: the connection is made by the device's thread, and made again for ever.
     *
     * @param pid the factory PID of the driver's configuration, for messages
     * @param driver the driver's name, for people
     * @param properties the configuration as Configuration Admin holds it; which keys the runtime reads says
     *     docs/reference/configuration.md
     * @param factory makes the driver
     * @param <A> where a channel is at this kind of device
     * @throws IllegalArgumentException when the configuration is wrong; the message names every problem
     * @throws IllegalStateException when the device is there already or {@link #DEVICES_MAX} is reached
     */
    <A extends Address> RunningDevice start(
            String pid, String driver, Map<String, ?> properties, DriverFactory<A> factory);

    /** Returns how every device is doing, ordered by name; an unmodifiable snapshot. */
    List<DeviceFigures> list();

    /**
     * Returns the devices that were to be started and could not, by the PID of their configuration, ordered by it; an
     * unmodifiable snapshot. One leaves the list when its configuration is accepted or deleted. Starts without a property
     * {@code service.pid} are not remembered.
     */
    List<RefusedDevice> refused();

    /**
     * Looks whether a device would take another configuration, and changes nothing.
     *
     * @param device its name
     * @param changes settings that become others; the rest stays as it is configured
     * @throws IllegalArgumentException when no device of this name runs, or it would not; the message names every problem
     */
    void check(String device, Map<String, ?> changes);

    /**
     * Returns the channel list of a device as CSV (RFC 4180, UTF-8, a header line), as its attribute {@code channelsFile}
     * takes it.
     *
     * @throws IllegalArgumentException when no device of this name runs
     */
    String exportChannels(String device);

    /** A device that runs. Safe for use by any thread. */
    @ProviderType
    interface RunningDevice extends AutoCloseable {

        /**
         * Puts another configuration in force. What can be found wrong without the device is found before this returns; the
         * change itself is made by a thread of the runtime soon after, so that Configuration Admin is not held up, and of
         * several configurations the last one counts. The connection stays when only channels, scan groups, times or filters
         * changed; it is made anew when a setting of the driver did. Other devices are not touched.
         *
         * @throws IllegalArgumentException when it is wrong; the message names every problem, and the configuration before
         *     stays in force
         * @throws IllegalStateException when the device is closed
         */
        void reconfigure(Map<String, ?> properties);

        /** Returns how it is doing. */
        DeviceFigures figures();

        /** Ends it within two seconds and leaves no thread. Closing twice does nothing. */
        @Override
        void close();
    }
}
