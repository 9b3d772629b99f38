/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The module manager: installs, starts, stops, updates and removes module bundles, native and WASM, over the framework's own
 * bundle life cycle.
 *
 * <p>Main types: {@link io.bascule.core.lifecycle.BundleModuleManager} (the service),
 * {@link io.bascule.core.lifecycle.ModuleIdentity} (what a bundle declares), {@link io.bascule.core.lifecycle.Operations}
 * (one change at a time for each module, each time-bounded). Changes run on threads of this bundle; reads run on the caller's.
 */
@NullMarked
package io.bascule.core.lifecycle;

import org.jspecify.annotations.NullMarked;
