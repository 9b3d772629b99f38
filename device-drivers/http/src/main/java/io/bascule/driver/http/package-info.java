/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Driver for devices that are asked over HTTP. {@link io.bascule.driver.http.HttpComponent} is the component, one for each
 * configuration of PID {@value io.bascule.driver.http.HttpComponent#PID}; {@link io.bascule.driver.http.HttpDriver} the protocol of
 * one device: {@link io.bascule.driver.http.HttpAddress} what is where, {@link io.bascule.driver.http.UrlPlan} one request for all
 * channels of a URL, {@link io.bascule.driver.http.Exchange} how it gets there, {@link io.bascule.driver.http.StatusCode} what the
 * device's answer means. Section numbers are those of RFC 9110.
 *
 * <p>Threads: all is called by the lane of its device. The JDK's client has a selector thread for each device and two threads
 * {@code io.bascule.driver.http-DEVICE}, which end when idle. The JDK 17 has no way to close a client: connections that are idle
 * end when the server closes them or the client is collected as garbage; one on which a request is under way is closed at once.
 */
@NullMarked
package io.bascule.driver.http;

import org.jspecify.annotations.NullMarked;
