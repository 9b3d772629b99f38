/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Deployments: transactions that take the gateway from one generation of modules to the next, or leave it where it was.
 *
 * <p>Main types: {@link io.bascule.api.module.deployment.DeploymentManager} (what people and tools use),
 * {@link io.bascule.api.module.deployment.DeploymentPlan} (what is to happen),
 * {@link io.bascule.api.module.deployment.Deployment} (how it goes), {@link io.bascule.api.module.deployment.Generation} (what
 * came of it) and {@link io.bascule.api.module.deployment.HistoryEntry}. Values are immutable; the service is safe for use by
 * any thread.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.module.deployment;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
