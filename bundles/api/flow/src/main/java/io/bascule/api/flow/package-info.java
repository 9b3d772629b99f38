/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Flows: graphs of stages through which batches go. People and tools use {@link io.bascule.api.flow.FlowEngine}; what is
 * wrong with a definition comes as a list of {@link io.bascule.api.flow.FlowProblem}. Values are immutable; services are
 * safe for use by any thread.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.flow;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
