/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Driver for the pins and buses of the computer that the gateway runs on: GPIO lines, PWM, chips on I2C and SPI.
 * {@link io.bascule.driver.gpio.GpioComponent} is the component, one for each configuration of PID
 * {@value io.bascule.driver.gpio.GpioComponent#PID}; {@link io.bascule.driver.gpio.GpioDriver} the driver:
 * {@link io.bascule.driver.gpio.BoardAddress} says where a value is, {@link io.bascule.driver.gpio.BoardPlan} reads,
 * {@link io.bascule.driver.gpio.OpenLines} keeps what is open, {@link io.bascule.driver.gpio.InputWatch} hears edges. Libraries are
 * behind {@link io.bascule.driver.gpio.board.Board}.
 *
 * <p>All is called by the lane of its device, except edges: they come on a thread of the library, and those of inputs with a
 * debounce time on one thread of the device's own.
 */
@NullMarked
package io.bascule.driver.gpio;

import org.jspecify.annotations.NullMarked;
