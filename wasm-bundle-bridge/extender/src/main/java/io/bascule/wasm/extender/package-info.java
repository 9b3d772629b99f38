/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Runs WebAssembly modules that are bundles: sees a module's bundle become active, and gives the gateway its service.
 *
 * <p>Main types: {@link io.bascule.wasm.extender.WasmExtender} (what watches bundles), {@code ModuleRunner} (one module from
 * installed to faulted) and {@link io.bascule.wasm.extender.EngineHolder} (the engine and its configuration). Nothing that
 * can block runs on a thread of the framework: each runner works off its tasks on a small pool of this bundle.
 */
@NullMarked
package io.bascule.wasm.extender;

import org.jspecify.annotations.NullMarked;
