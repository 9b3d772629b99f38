/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a deployment is to do. All of it happens, or nothing.
 *
 * @param name what people call it, one line, at most {@value #NAME_MAX} characters
 * @param changes what happens to which module, 1 to {@value #CHANGES_MAX}, each module once
 * @param canary steps before the new versions get all traffic; empty for none
 * @param trial what the new versions must show
 * @param restartsMax most bundles, beyond the modules themselves, that may be restarted; 0 and up
 */
public record DeploymentPlan(
        String name, List<ModuleChange> changes, List<CanaryStep> canary, TrialRules trial, int restartsMax) {

    /** Longest name, in characters. */
    public static final int NAME_MAX = 120;

    /** Most modules in one deployment. */
    public static final int CHANGES_MAX = 500;

    /** Checks the ranges and copies the lists. */
    public DeploymentPlan {
        changes = List.copyOf(changes);
        canary = List.copyOf(canary);
        if (name.isBlank() || name.length() > NAME_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("deployment name '" + name + "' is not valid; expected one line of 1 to "
                    + NAME_MAX + " characters");
        }
        if (changes.isEmpty() || changes.size() > CHANGES_MAX) {
            throw new IllegalArgumentException(
                    "deployment '" + name + "' changes " + changes.size() + " modules; expected 1 to " + CHANGES_MAX);
        }
        Set<String> names = new HashSet<>();
        for (ModuleChange change : changes) {
            if (!change.name().isEmpty() && !names.add(change.name())) {
                throw new IllegalArgumentException(
                        "deployment '" + name + "' names module '" + change.name() + "' twice");
            }
        }
        if (canary.size() > CanaryStep.STEPS_MAX) {
            throw new IllegalArgumentException("deployment '" + name + "' has " + canary.size()
                    + " canary steps; expected at most " + CanaryStep.STEPS_MAX);
        }
        if (restartsMax < 0) {
            throw new IllegalArgumentException("deployment '" + name + "' allows " + restartsMax + " restarts");
        }
    }

    /** Returns the plan that installs or updates one module from {@code url}, under the default rules. */
    public static DeploymentPlan of(String url) {
        String file = url.substring(url.lastIndexOf('/') + 1);
        String name = file.isBlank() ? url : file;
        return new DeploymentPlan(
                name.length() > NAME_MAX ? name.substring(0, NAME_MAX) : name,
                List.of(ModuleChange.Put.from(url)),
                List.of(),
                TrialRules.DEFAULT,
                0);
    }

    /** Returns this plan with another trial duration. */
    public DeploymentPlan trialLasting(Duration duration) {
        return new DeploymentPlan(name, changes, canary, trial.lasting(duration), restartsMax);
    }

    /** Returns this plan with other canary steps. */
    public DeploymentPlan withCanary(List<CanaryStep> steps) {
        return new DeploymentPlan(name, changes, steps, trial, restartsMax);
    }
}
