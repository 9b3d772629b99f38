/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes the driver of one device.
 *
 * @param <A> where a channel is at this kind of device
 */
@ConsumerType
@FunctionalInterface
public interface DriverFactory<A extends Address> {

    /**
     * Makes a driver that is not connected. Asks {@code settings} for every setting of the protocol; a change of one of those
     * makes a new driver, a change of others does not. Does no input or output. What is wrong is told to {@code settings}, and
     * then the driver made is thrown away.
     */
    Driver<A> create(DeviceSettings settings);
}
