/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.core.lifecycle.store.Undo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings configurations and grants to one side or the other of a deployment that a crash cut short. Harmless when repeated. */
final class Restoration {

    private Restoration() {}

    /** Puts back what the journal says was changed, the last change first: the deployment was not committed. */
    static void undo(DeploymentParts parts, List<Undo> undos) throws IOException, ModuleException {
        for (Undo undo : backwards(undos)) {
            if (undo instanceof Undo.Configuration configuration) {
                parts.settings().set(configuration.pid(), configuration.before());
            } else if (undo instanceof Undo.Grants grants) {
                parts.grants().set(grants.module(), grants.before());
            }
        }
    }

    /** Takes away what only a new version saw beside the old one: the deployment was committed. */
    static void undoTargeted(DeploymentParts parts, List<Undo> undos) throws IOException {
        for (Undo undo : backwards(undos)) {
            if (undo instanceof Undo.Configuration configuration && ModuleSettings.isTargeted(configuration.pid())) {
                parts.settings().set(configuration.pid(), configuration.before());
            }
        }
    }

    private static List<Undo> backwards(List<Undo> undos) {
        List<Undo> backwards = new ArrayList<>(undos);
        Collections.reverse(backwards);
        return backwards;
    }

    /** Makes configurations and grants what a committed generation says, where it differs from the one before. */
    static void complete(DeploymentParts parts, Optional<Generation> before, Generation committed)
            throws IOException, ModuleException {
        for (GenerationModule module : committed.modules()) {
            Optional<GenerationModule> was = before.flatMap(generation -> generation.find(module.name()));
            if (!was.equals(Optional.of(module))) {
                complete(parts, module.name(), was, Optional.of(module));
            }
        }
        for (GenerationModule was : before.map(Generation::modules).orElse(List.of())) {
            if (committed.find(was.name()).isEmpty()) {
                complete(parts, was.name(), Optional.of(was), Optional.empty());
            }
        }
    }

    private static void complete(
            DeploymentParts parts, String name, Optional<GenerationModule> was, Optional<GenerationModule> is)
            throws IOException, ModuleException {
        for (Map.Entry<String, Optional<Map<String, Object>>> each :
                ModuleConfiguration.changes(name, was, is).entrySet()) {
            parts.settings().set(each.getKey(), each.getValue());
        }
        var grants = is.flatMap(GenerationModule::grants);
        if (grants.isPresent() || was.flatMap(GenerationModule::grants).isPresent()) {
            parts.grants().set(name, grants.orElse(List.of()));
        }
    }
}
