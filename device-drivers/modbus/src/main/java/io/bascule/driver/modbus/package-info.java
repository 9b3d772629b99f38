/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Driver for Modbus devices over TCP and over serial lines (RTU). {@link io.bascule.driver.modbus.ModbusComponent} is the
 * component, one for each configuration of PID {@value io.bascule.driver.modbus.ModbusComponent#PID};
 * {@link io.bascule.driver.modbus.ModbusDriver} the protocol of one device: {@link io.bascule.driver.modbus.RegisterAddress} what
 * is where, {@link io.bascule.driver.modbus.BlockPlan} which registers are read together, {@link io.bascule.driver.modbus.Request}
 * what is asked, {@link io.bascule.driver.modbus.Line} how it gets there. Section numbers are those of the Modbus Application
 * Protocol V1.1b3, of the Messaging Implementation Guide V1.0b (TCP) and of Modbus over Serial Line V1.02 (RTU).
 *
 * <p>The bundle has no thread: all is called by the lane of its device. Devices on one serial port take turns on it.
 */
@NullMarked
package io.bascule.driver.modbus;

import org.jspecify.annotations.NullMarked;
