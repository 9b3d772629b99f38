/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The engine on Chicory: modules are compiled to JVM bytecode, never interpreted.
 *
 * <p>{@link io.bascule.wasm.engine.chicory.ChicoryEngine} owns the compiler thread, the watchdog and the page budget. The
 * generated classes are rewritten so that every call and backward branch burns fuel. Private to the bundle.
 */
@NullMarked
package io.bascule.wasm.engine.chicory;

import org.jspecify.annotations.NullMarked;
