/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A module while it runs: {@link io.bascule.wasm.extender.run.WasmModule} is its service, each
 * {@link io.bascule.wasm.extender.run.WasmLane} one stage's instance with recovery after faults, and
 * {@link io.bascule.wasm.extender.run.StatusTracker} what is told about it. No OSGi here. A lane is confined to one thread
 * at a time; the rest is safe for use by any thread.
 */
@NullMarked
package io.bascule.wasm.extender.run;

import org.jspecify.annotations.NullMarked;
