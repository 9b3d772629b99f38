/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

/** What a module imports or exports under a name. */
public enum ExternKind {
    /** A function. */
    FUNCTION,
    /** A table of references. */
    TABLE,
    /** A linear memory. */
    MEMORY,
    /** A global variable. */
    GLOBAL,
    /** An exception tag. */
    TAG
}
