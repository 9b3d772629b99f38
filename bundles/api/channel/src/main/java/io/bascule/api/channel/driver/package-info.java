/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a driver for a field protocol implements, and what runs it. A {@link io.bascule.api.channel.driver.Driver} speaks the
 * protocol of one device and nothing else; the {@link io.bascule.api.channel.driver.DriverRuntime} owns its thread, connects
 * and reconnects, scans, converts, filters, publishes and marks what is stale. Each driver is confined to the one thread of
 * its device; settings and channel configurations are read by one thread at a time; the other services are safe for use by
 * any thread.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.channel.driver;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
