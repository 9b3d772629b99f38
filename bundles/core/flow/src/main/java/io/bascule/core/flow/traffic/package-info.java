/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Parts of traffic between versions that know nothing of stages: how batches are divided, what each version did, whether two
 * versions answered alike, what an operator configured.
 *
 * <p>Main types: {@link io.bascule.core.flow.traffic.Divider}, {@link io.bascule.core.flow.traffic.VersionFigures} with one
 * {@link io.bascule.core.flow.traffic.Tally} for each instance. Dividers and the writing side of tallies are confined to a
 * stage's worker; figures may be read by any thread.
 */
@NullMarked
package io.bascule.core.flow.traffic;

import org.jspecify.annotations.NullMarked;
