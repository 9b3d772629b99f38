/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.core.lifecycle.store.DeploymentStore;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What a deployment works with.
 *
 * @param store artefacts, generations, journal and history
 * @param bundles the bundles that deployments brought
 * @param installed all module bundles
 * @param services what modules registered
 * @param settings the modules' configurations
 * @param grants what modules are allowed
 * @param router who divides traffic now; a stand-in when nobody does
 * @param devices how the devices of drivers are doing
 * @param health what else says whether a module is well
 * @param calls for calls that may hang
 * @param limits the limits in force
 * @param clock for times that people read; what is waited for goes by {@link System#nanoTime()}
 */
record DeploymentParts(
        DeploymentStore store,
        ManagedBundles bundles,
        InstalledModules installed,
        ModuleServices services,
        ModuleSettings settings,
        ModuleGrants grants,
        Supplier<ModuleRouter> router,
        DeviceHealth devices,
        HealthProbe health,
        BoundedCalls calls,
        LifecycleLimits limits,
        Clock clock) {}
