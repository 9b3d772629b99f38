/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.security.Authorizer;
import java.time.InstantSource;

/**
 * What of the gateway the capabilities call.
 *
 * @param authorizer decides
 * @param channels the process image
 * @param writer the one way to write
 * @param states where state values are kept
 * @param streams opens byte streams to devices
 * @param clock gateway time
 * @param limits bounds of every capability
 */
public record HostServices(
        Authorizer authorizer,
        ChannelRegistry channels,
        ChannelWriter writer,
        StateStore states,
        StreamOpener streams,
        InstantSource clock,
        CapabilityLimits limits) {}
