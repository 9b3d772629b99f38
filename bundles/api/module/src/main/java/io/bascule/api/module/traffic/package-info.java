/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Traffic between versions: which live version of a module gets which batch.
 *
 * <p>Main types: {@link io.bascule.api.module.traffic.ModuleRouter} (whoever runs flows provides it),
 * {@link io.bascule.api.module.traffic.TrafficRule}, {@link io.bascule.api.module.traffic.Route} and
 * {@link io.bascule.api.module.traffic.VersionTraffic}. Values are immutable; the service is safe for use by any thread.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.module.traffic;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
