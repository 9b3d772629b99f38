/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import java.time.Instant;
import java.util.List;

/**
 * What is remembered of a deployment that ended. Entries are only ever added.
 *
 * @param deployment its number
 * @param name what people called it
 * @param who who asked for it
 * @param began when it began
 * @param ended when it ended
 * @param modules what it did, or was to do, to each module
 * @param outcome how it ended
 * @param step the step it ended in
 * @param reason why it did not commit; empty when it did
 * @param fromGeneration the generation before, 0 for none
 * @param toGeneration the generation that it made, 0 when it made none
 * @param rollbacks how many deployments, up to this one, had to be rolled back
 */
public record HistoryEntry(
        long deployment,
        String name,
        String who,
        Instant began,
        Instant ended,
        List<ModuleStep> modules,
        Outcome outcome,
        Step step,
        String reason,
        int fromGeneration,
        int toGeneration,
        long rollbacks) {

    /** Copies the list. */
    public HistoryEntry {
        modules = List.copyOf(modules);
    }
}
