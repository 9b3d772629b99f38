/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleStatus;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * How a module is doing, also before it is ready and after it has failed: a service that whoever runs the module registers
 * from the moment it sees the module's bundle until that bundle is uninstalled. {@link Module} exists only while the module
 * can be used; this one says why it cannot. Safe for use by any thread.
 */
@ConsumerType
public interface ModuleStatusSource {

    /** Service property: the number of the module's bundle, a {@link Long}. */
    String BUNDLE_ID = "bascule.module.bundle";

    /** Returns the number of the module's bundle. */
    long bundleId();

    /** Returns what the module says of itself; empty when its bundle cannot be read as a module, {@link #status()} says why. */
    Optional<ModuleDescriptor> descriptor();

    /** Returns how it is doing now. */
    ModuleStatus status();
}
