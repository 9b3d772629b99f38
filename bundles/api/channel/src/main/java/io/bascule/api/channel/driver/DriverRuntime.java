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
         * Puts another configuration in force. The connection stays when only channels, scan groups, times or filters changed;
         * it is made anew when a setting of the driver did. Other devices are not touched.
         *
         * @throws IllegalArgumentException when it is wrong; the message names every problem, and the configuration before
         *     stays in force
         */
        void reconfigure(Map<String, ?> properties);

        /** Returns how it is doing. */
        DeviceFigures figures();

        /** Ends it within two seconds and leaves no thread. Closing twice does nothing. */
        @Override
        void close();
    }
}
