/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.util.Map;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;

/**
 * The life of a device as a component of declarative services: it begins with its configuration, takes every change of it, and
 * ends with it. A driver's component extends this class, has the annotations {@code @Component} (immediate, with the factory PID
 * of the driver, configuration policy REQUIRE) and {@code @Designate} with its metatype form, and one {@code @Activate}
 * constructor that calls the one here. bnd must be told to look into super classes: {@code -dsannotations-options: inherit}.
 *
 * <p>A configuration that is wrong makes no device: the constructor throws, and the component is not activated. A change that is
 * wrong leaves the device as it is: {@link #modified} throws. Both messages name every problem. Called by the threads of
 * declarative services, one at a time; {@link #running} is safe for use by any thread.
 */
public abstract class DriverComponent {

    private final DriverRuntime.RunningDevice device;

    /**
     * Starts the device; does not wait for its connection.
     *
     * @param pid the factory PID of the driver's configurations
     * @param driver the driver's name, for people
     * @param properties the configuration as declarative services give it, with the defaults of the form
     * @param factory makes the driver
     * @param <A> where a channel is at this kind of device
     * @throws IllegalArgumentException when the configuration is wrong; the message names every problem
     * @throws IllegalStateException when the device is there already or there are too many
     */
    protected <A extends Address> DriverComponent(
            DriverRuntime runtime, String pid, String driver, Map<String, ?> properties, DriverFactory<A> factory) {
        device = runtime.start(pid, driver, properties, factory);
    }

    /**
     * Takes another configuration, as {@link DriverRuntime.RunningDevice#reconfigure} does.
     *
     * @throws IllegalArgumentException when it is wrong; the one before stays in force
     */
    @Modified
    protected final void modified(Map<String, Object> properties) {
        device.reconfigure(properties);
    }

    /** Ends the device, within two seconds. */
    @Deactivate
    protected final void deactivate() {
        device.close();
    }

    /** Returns the device. */
    protected final DriverRuntime.RunningDevice running() {
        return device;
    }
}
