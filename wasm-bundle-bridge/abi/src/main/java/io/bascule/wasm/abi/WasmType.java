/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

/** The types that cross the boundary once the contract is lowered to core WebAssembly. */
public enum WasmType {
    /** 32-bit integer; also every pointer and length. */
    I32,
    /** 64-bit integer. */
    I64,
    /** 64-bit float. */
    F64
}
