/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The deploy folder and plain {@code bundle:update}: the doors to modules that OSGi has anyway. They lead to the same deployments
 * as the shell, or are closed with a reason.
 *
 * <p>Main types: {@link io.bascule.core.lifecycle.folder.DeployFolder} (the component),
 * {@link io.bascule.core.lifecycle.folder.FolderWorker} (one thread that deploys what File Install reports) and
 * {@link io.bascule.core.lifecycle.folder.ManagedUrlHandler}.
 */
@NullMarked
package io.bascule.core.lifecycle.folder;

import org.jspecify.annotations.NullMarked;
