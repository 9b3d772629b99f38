/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Reads WebAssembly binaries before anything else does, and refuses what the engine behind it could not contain.
 *
 * <p>{@link io.bascule.wasm.engine.binary.ModuleScanner} walks the bytes once, in time and memory linear in their number;
 * {@link io.bascule.wasm.engine.binary.ScannedModule} is what it found. Private to the bundle; no state is shared.
 */
@NullMarked
package io.bascule.wasm.engine.binary;

import org.jspecify.annotations.NullMarked;
