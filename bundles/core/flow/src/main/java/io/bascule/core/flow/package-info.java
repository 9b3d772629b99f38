/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The flow engine: runs flow documents as graphs of stages with one bounded queue and one thread each.
 *
 * <p>Main types: {@link io.bascule.core.flow.DocumentFlowEngine} (the service; all changes happen on its one control thread),
 * {@link io.bascule.core.flow.RunningFlow} (a graph that runs), {@link io.bascule.core.flow.StageWorker} and {@link
 * io.bascule.core.flow.BatchQueue} (the data path), {@link io.bascule.core.flow.Slot} (a stage that a module fills; versions
 * are exchanged at a batch boundary).
 */
@NullMarked
package io.bascule.core.flow;

import org.jspecify.annotations.NullMarked;
