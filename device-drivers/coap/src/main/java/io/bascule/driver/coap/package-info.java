/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Driver for devices that speak CoAP over UDP. {@link io.bascule.driver.coap.CoapComponent} is the component, one for each
 * configuration of PID {@value io.bascule.driver.coap.CoapComponent#PID}; {@link io.bascule.driver.coap.CoapDriver} the protocol of
 * one device: {@link io.bascule.driver.coap.CoapAddress} what is where, {@link io.bascule.driver.coap.ResourcePlan} one request for
 * all channels of a resource,
 * {@link io.bascule.driver.coap.Exchange} how it gets there, {@link io.bascule.driver.coap.Code} what an answer means. Section numbers
 * are those of RFC 7252, of RFC 7641 (observe) and of RFC 7959 (block-wise).
 *
 * <p>Threads: the lane of the device calls the driver. Each connection has two threads {@code io.bascule.driver.coap-DEVICE} and two of
 * Californium's for its socket, which end with it; what the device tells by itself arrives on one of the former, which never waits
 * for a lane.
 */
@NullMarked
package io.bascule.driver.coap;

import org.jspecify.annotations.NullMarked;
