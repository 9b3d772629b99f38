/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import java.util.List;

/**
 * What a deployment would do.
 *
 * @param modules what happens to each module
 * @param restarts bundles beyond the modules themselves that would be restarted, as {@code name version}; empty for none
 * @param problems why it would fail; empty when nothing is known against it
 */
public record Preview(List<ModuleStep> modules, List<String> restarts, List<String> problems) {

    /** Copies the lists. */
    public Preview {
        modules = List.copyOf(modules);
        restarts = List.copyOf(restarts);
        problems = List.copyOf(problems);
    }
}
