/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The process image and the write path: {@link io.bascule.core.channel.InMemoryChannelRegistry} keeps channels, last
 * readings and subscriptions, {@link io.bascule.core.channel.AuthorizedChannelWriter} is the only way to a device's writer.
 *
 * <p>Reading takes no lock. One publication of a device is delivered at a time, on the thread that published; the thread
 * waits for its turn, and holds no lock while subscribers run.
 */
@NullMarked
package io.bascule.core.channel;

import org.jspecify.annotations.NullMarked;
