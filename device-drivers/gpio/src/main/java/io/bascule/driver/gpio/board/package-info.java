/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the driver needs of a computer's pins and buses: {@link io.bascule.driver.gpio.board.Board}, with a
 * {@link io.bascule.driver.gpio.board.GpioPort} for each line, {@link io.bascule.driver.gpio.board.PwmChannel},
 * {@link io.bascule.driver.gpio.board.I2cBus} and {@link io.bascule.driver.gpio.board.SpiDevice}. The libraries are behind it, in
 * packages of their own. All is called by the lane of one device; only {@link io.bascule.driver.gpio.board.EdgeListener} is called
 * by a thread of the library.
 */
@NullMarked
package io.bascule.driver.gpio.board;

import org.jspecify.annotations.NullMarked;
