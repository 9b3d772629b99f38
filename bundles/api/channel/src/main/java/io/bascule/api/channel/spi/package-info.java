/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a driver needs: it opens a {@link io.bascule.api.channel.spi.DeviceSession} for each device it talks to, publishes
 * readings through it and answers writes. Callers of channels do not need this package.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.channel.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
