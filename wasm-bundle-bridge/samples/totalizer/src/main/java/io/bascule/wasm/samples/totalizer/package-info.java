/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Sample module in Java: adds up a flow over time, compiled by TeaVM to a WebAssembly module. The module's state is in
 * {@link io.bascule.wasm.samples.totalizer.Totalizer}, called by one thread at a time.
 */
@NullMarked
package io.bascule.wasm.samples.totalizer;

import org.jspecify.annotations.NullMarked;
