/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The process image: channels of devices, their last readings, and the one way to write to them.
 *
 * <p>Main types: {@link io.bascule.api.channel.ChannelRegistry}, {@link io.bascule.api.channel.Batch} (readings in their
 * one binary layout), {@link io.bascule.api.channel.Value}, {@link io.bascule.api.channel.Quality} (OPC UA words) and
 * {@link io.bascule.api.channel.ChannelWriter}. Values are immutable; services are safe for use by any thread.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.channel;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
