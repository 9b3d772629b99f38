/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Driver that replays a recording: a CSV file becomes a device. {@link io.bascule.driver.replay.ReplayDriver} is the
 * component, one for each configuration of PID {@value io.bascule.driver.replay.ReplayDriver#PID}; each has one thread,
 * {@code io.bascule.driver.replay-DEVICE}, that ends within two seconds of deactivation.
 */
@NullMarked
package io.bascule.driver.replay;

import org.jspecify.annotations.NullMarked;
