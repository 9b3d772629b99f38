/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What tests share: fakes ({@link io.bascule.testkit.ManualClock}, {@link io.bascule.testkit.FakeChannelRegistry},
 * {@link io.bascule.testkit.FakeConfigurationAdmin}, {@link io.bascule.testkit.RecordedEvents}), a small disk
 * ({@link io.bascule.testkit.SmallDisk}), programs of others ({@link io.bascule.testkit.PeerProgram},
 * {@link io.bascule.testkit.PeerProcess}, {@link io.bascule.testkit.NpmPackages}) and contracts that every
 * implementation inherits ({@link io.bascule.testkit.SessionContract}). Used in test scope only and part of no feature.
 * The fakes are safe for use by any thread.
 */
@NullMarked
package io.bascule.testkit;

import org.jspecify.annotations.NullMarked;
