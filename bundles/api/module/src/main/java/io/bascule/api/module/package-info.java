/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Modules: units of logic, native or WASM, that are installed, run, updated and removed in the same way.
 *
 * <p>Main types: {@link io.bascule.api.module.ModuleManager} (what people and tools use),
 * {@link io.bascule.api.module.ModuleDescriptor}, {@link io.bascule.api.module.ModuleStatus} and
 * {@link io.bascule.api.module.ModuleState}. Values are immutable; services are safe for use by any thread.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.module;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
