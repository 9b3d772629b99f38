/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Pins and buses by Pi4J: {@link io.bascule.driver.gpio.pi4j.Pi4jBoard}, without hardware, with the files of the kernel, or with
 * libgpiod. Providers are made here by name; nothing is looked up, because that needs the thread's class loader. Edges come on
 * threads of Pi4J; all else is confined to the lane of the device.
 */
@NullMarked
package io.bascule.driver.gpio.pi4j;

import org.jspecify.annotations.NullMarked;
