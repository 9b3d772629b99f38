/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.time.Instant;

/**
 * What the journal knows of a deployment from its beginning.
 *
 * @param id its number, from {@link Journal#nextId()}
 * @param name what people call it
 * @param who who asked for it
 * @param began when it began
 * @param fromGeneration the generation it began with, 0 for none
 */
public record DeploymentHeader(long id, String name, String who, Instant began, int fromGeneration) {}
