/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.traffic;

import java.util.List;
import java.util.Optional;

/**
 * The traffic of one module at one moment.
 *
 * @param module its name
 * @param route what is in force
 * @param isConfigured whether {@code route} comes from an operator's configuration
 * @param isPaused whether its stages hold their input
 * @param stages the stages that name it, as {@code flow/stage}, in order
 * @param versions its live versions, in order of version
 * @param trouble why a stage is not as the route says; empty when all is well
 */
public record ModuleTraffic(
        String module,
        Route route,
        boolean isConfigured,
        boolean isPaused,
        List<String> stages,
        List<VersionTraffic> versions,
        String trouble) {

    /** Copies the lists. */
    public ModuleTraffic {
        stages = List.copyOf(stages);
        versions = List.copyOf(versions);
    }

    /** Finds the figures of {@code version}. */
    public Optional<VersionTraffic> find(String version) {
        return versions.stream().filter(v -> v.version().equals(version)).findFirst();
    }
}
