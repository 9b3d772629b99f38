/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Runs devices for drivers: {@link io.bascule.core.driver.LaneDriverRuntime} is the service, {@link io.bascule.core.driver.Lane}
 * the thread of one device, {@link io.bascule.core.driver.DeviceModel} its configuration once it has been found right;
 * {@link io.bascule.core.driver.DriverModules} shows driver bundles to the module manager.
 *
 * <p>Threads: {@code io.bascule.core.driver-lane-DEVICE} calls the driver of the device and publishes its readings;
 * {@code io.bascule.core.driver-watch} interrupts calls that outlive their deadline; {@code io.bascule.core.driver-changes}, up to
 * four, put changed configurations in force. See docs/adr/0014.
 */
@NullMarked
package io.bascule.core.driver;

import org.jspecify.annotations.NullMarked;
