/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import org.jspecify.annotations.Nullable;

/**
 * One thing a module asks its host for.
 *
 * @param module the import module, for example {@code bascule:gateway/log@1.0.0}
 * @param name the name in it, for example {@code write}
 * @param kind what is imported
 * @param type the signature when {@code kind} is FUNCTION, else null
 */
public record ModuleImport(
        String module,
        String name,
        ExternKind kind,
        @Nullable FunctionType type) {}
