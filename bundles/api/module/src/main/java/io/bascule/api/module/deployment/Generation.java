/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The complete set of modules that deployments brought here, with their configuration and grants. Modules that came otherwise,
 * with a feature for example, are not in it; a module of the generation goes before one of the same name that is not.
 *
 * @param number its number, 1 and up
 * @param deployment the deployment that made it
 * @param name what people called that deployment
 * @param who who asked for it
 * @param committed when
 * @param modules the modules, ordered by name
 */
public record Generation(
        int number, long deployment, String name, String who, Instant committed, List<GenerationModule> modules) {

    /** Copies the list. */
    public Generation {
        modules = List.copyOf(modules);
    }

    /** Finds a module by name. */
    public Optional<GenerationModule> find(String module) {
        return modules.stream().filter(m -> m.name().equals(module)).findFirst();
    }
}
