/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Step;
import java.util.List;
import java.util.Optional;

/**
 * A deployment that the journal knows the beginning of, but that is not known to have been written to the history.
 *
 * @param header its beginning; when that was damaged, a stand-in with the right number
 * @param modules what it did to the modules; empty when it did not get that far
 * @param steps what it was about to do, oldest first; all but the last were also done or given up; empty when its turn had not come
 * @param undos how things were before, oldest first: undo from the last to the first
 * @param end its entry in the history, when it got that far; adding it again is harmless
 * @param isDamaged whether some of the journal was unreadable, so that undos may be missing
 */
public record OpenDeployment(
        DeploymentHeader header,
        List<ModuleStep> modules,
        List<StepEntry> steps,
        List<Undo> undos,
        Optional<HistoryEntry> end,
        boolean isDamaged) {

    /** Copies the lists. */
    public OpenDeployment {
        modules = List.copyOf(modules);
        steps = List.copyOf(steps);
        undos = List.copyOf(undos);
    }

    /** Returns the step it had announced last; the first when it had announced none. */
    public Step lastStep() {
        return steps.isEmpty() ? Step.VERIFY : steps.get(steps.size() - 1).step();
    }
}
