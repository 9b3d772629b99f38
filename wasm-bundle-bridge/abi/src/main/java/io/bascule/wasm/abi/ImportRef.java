/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import java.util.Objects;

/**
 * One function that a module imports.
 *
 * @param module the import module, for example {@code bascule:gateway/log@1.0.0}
 * @param function the name in it, for example {@code write}
 */
public record ImportRef(String module, String function) {

    /** Checks that nothing is missing. */
    public ImportRef {
        Objects.requireNonNull(module, "module");
        Objects.requireNonNull(function, "function");
    }

    @Override
    public String toString() {
        return module + " " + function;
    }
}
