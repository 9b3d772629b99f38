/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Makes a bundle of a {@code .wasm} file: {@link io.bascule.wasm.extender.wrap.WasmUrlHandler} for {@code wasm:} URLs,
 * {@link io.bascule.wasm.extender.wrap.HotDeploy} for files in the deploy folder, both through
 * {@link io.bascule.wasm.extender.wrap.BundleWrapper}. Stateless; safe for use by any thread. No module code runs here.
 */
@NullMarked
package io.bascule.wasm.extender.wrap;

import org.jspecify.annotations.NullMarked;
