/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module;

/** How a module runs. */
public enum ModuleKind {
    /** Java in an OSGi bundle, with the rights of the process. */
    NATIVE,
    /** WebAssembly in a sandbox, with the rights it was granted. */
    WASM
}
