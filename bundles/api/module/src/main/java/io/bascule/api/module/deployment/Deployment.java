/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a deployment is doing at one moment.
 *
 * @param id its number; grows, never used twice
 * @param name what people call it
 * @param who who asked for it, for example {@code operator:karaf}
 * @param submitted when
 * @param step the step it is in or ended in
 * @param progress what it does now, one line
 * @param modules what happens to each module; empty until that is known
 * @param outcome how it ended; empty while it waits or runs
 * @param reason why it did not commit: step, module, expected and got; empty when there is nothing to say
 * @param fromGeneration the generation that it began with, 0 for none
 * @param toGeneration the generation that it made, 0 when it made none
 */
public record Deployment(
        long id,
        String name,
        String who,
        Instant submitted,
        Step step,
        String progress,
        List<ModuleStep> modules,
        Optional<Outcome> outcome,
        String reason,
        int fromGeneration,
        int toGeneration) {

    /** Copies the list. */
    public Deployment {
        modules = List.copyOf(modules);
    }

    /** Returns whether it has ended. */
    public boolean isDone() {
        return outcome.isPresent();
    }
}
