/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Driver for OPC UA servers over TCP. {@link io.bascule.driver.opcua.OpcUaComponent} is the component, one for each configuration of
 * PID {@value io.bascule.driver.opcua.OpcUaComponent#PID}; {@link io.bascule.driver.opcua.OpcUaDriver} the protocol of one server:
 * {@link io.bascule.driver.opcua.NodeAddress} what is where, {@link io.bascule.driver.opcua.Connection} one session,
 * {@link io.bascule.driver.opcua.NodePlan} what is read together, {@link io.bascule.driver.opcua.Subscription} what the server
 * tells by itself, {@link io.bascule.driver.opcua.NodeWriter} what is written, {@link io.bascule.driver.opcua.Certificates} who is
 * trusted. Eclipse Milo, inside the bundle, does encoding and encryption; a session of it is never repaired but made anew, so that
 * there is one way back after a failure. Part numbers are those of OPC 10000.
 *
 * <p>The driver is called by the lane of its device; what the server tells comes on the threads of
 * {@link io.bascule.driver.opcua.ClientThreads}, which all devices share.
 */
@NullMarked
package io.bascule.driver.opcua;

import org.jspecify.annotations.NullMarked;
