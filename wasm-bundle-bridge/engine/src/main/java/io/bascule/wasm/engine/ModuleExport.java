/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import org.jspecify.annotations.Nullable;

/**
 * One thing a module offers.
 *
 * @param name its name, unique in the module
 * @param kind what is exported
 * @param type the signature when {@code kind} is FUNCTION, else null
 */
public record ModuleExport(
        String name, ExternKind kind, @Nullable FunctionType type) {}
