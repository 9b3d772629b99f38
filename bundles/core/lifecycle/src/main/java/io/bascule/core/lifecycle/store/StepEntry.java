/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import io.bascule.api.module.deployment.Step;

/**
 * A line of the journal: a deployment was about to do this.
 *
 * @param step the step
 * @param module the module it is about, empty for all
 * @param detail what exactly, for people and for the deployer itself; may be empty
 */
public record StepEntry(Step step, String module, String detail) {}
