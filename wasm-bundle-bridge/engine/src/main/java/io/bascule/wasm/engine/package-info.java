/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Runs untrusted WebAssembly modules: validate, compile, link, call, meter, kill. Nothing of the engine behind it shows.
 *
 * <p>Start at {@link io.bascule.wasm.engine.WasmEngine}: it inspects and compiles bytes; a
 * {@link io.bascule.wasm.engine.CompiledModule} makes any number of {@link io.bascule.wasm.engine.WasmInstance}s, whose
 * {@link io.bascule.wasm.engine.GuestFunction}s are called under a {@link io.bascule.wasm.engine.CallLimits budget}.
 * Everything that can go wrong is one of the cases of {@link io.bascule.wasm.engine.WasmException}. Engine and compiled
 * modules are safe for use by any thread; an instance belongs to one thread at a time and says so when misused.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.wasm.engine;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
