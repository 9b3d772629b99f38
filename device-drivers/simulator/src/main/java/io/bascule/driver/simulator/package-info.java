/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Driver for devices that do not exist: {@link io.bascule.driver.simulator.SimulatorDriver} is the component, one for each
 * configuration of PID {@value io.bascule.driver.simulator.SimulatorDriver#PID}. What a device says follows from its seed and
 * the number of the scan, faults included, so two runs are alike. The bundle has no
 * thread: {@link io.bascule.driver.simulator.SimulatedDevice} is called by its lane of the driver runtime.
 */
@NullMarked
package io.bascule.driver.simulator;

import org.jspecify.annotations.NullMarked;
