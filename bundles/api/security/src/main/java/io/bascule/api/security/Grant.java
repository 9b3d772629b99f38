/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.security;

import java.util.List;
import java.util.Objects;

/**
 * One thing an operator allowed one module.
 *
 * @param module the module's name, or {@code *} for every module
 * @param capability what is allowed
 * @param scope for which objects it holds, a pattern that is given twice counts once; empty exactly when the capability is
 *     not scoped
 */
public record Grant(String module, Capability capability, List<NamePattern> scope) {

    /** The module name that stands for every module. */
    public static final String EVERY_MODULE = "*";

    /** Checks that the scope fits the capability. */
    public Grant {
        Objects.requireNonNull(capability, "capability");
        scope = scope.stream().distinct().toList();
        if (module.isBlank()) {
            throw new IllegalArgumentException("a grant needs the name of a module, or '*' for every module");
        }
        if (capability.isScoped() == scope.isEmpty()) {
            throw new IllegalArgumentException(
                    capability.isScoped()
                            ? "capability '" + capability.word() + "' of module '" + module
                                    + "' needs at least one pattern, for example 'line1/*'"
                            : "capability '" + capability.word() + "' of module '" + module + "' takes no pattern, got "
                                    + scope);
        }
    }
}
