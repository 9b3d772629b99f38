/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

/**
 * The type of a WebAssembly value. At the boundary each value travels in a {@code long}: an i32 in the low 32 bits
 * (whatever the high ones are), f32 and f64 as their raw bits.
 */
public enum ValueType {
    /** A 32-bit integer; also every guest pointer, which is unsigned. */
    I32,
    /** A 64-bit integer. */
    I64,
    /** A 32-bit float. */
    F32,
    /** A 64-bit float. */
    F64,
    /** A 128-bit vector. */
    V128,
    /** A reference to a function. */
    FUNCREF,
    /** A reference to something of the host, or any other reference type. */
    EXTERNREF
}
