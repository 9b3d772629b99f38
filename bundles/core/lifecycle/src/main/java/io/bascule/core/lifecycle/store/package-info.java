/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What deployments keep on disk so that any crash leaves the generation before or the one after, never something between.
 *
 * <p>Main types: {@link io.bascule.core.lifecycle.store.DeploymentStore} opens the folder and hands out
 * {@link io.bascule.core.lifecycle.store.ArtefactStore}, {@link io.bascule.core.lifecycle.store.Generations},
 * {@link io.bascule.core.lifecycle.store.Journal} and {@link io.bascule.core.lifecycle.store.History}. Plain files under one
 * folder; every write is forced to the device before the call returns. No OSGi in here.
 *
 * <p>Threads: what changes something is confined to the deployer's thread, with the exceptions that say so; what only reads is
 * safe for use by any thread. Nothing is decided by the clock: times are information for people.
 */
@NullMarked
package io.bascule.core.lifecycle.store;

import org.jspecify.annotations.NullMarked;
