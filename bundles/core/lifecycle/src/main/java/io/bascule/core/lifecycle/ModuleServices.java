/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.ModuleStatusSource;
import io.bascule.api.module.traffic.ModuleRouter;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.util.tracker.ServiceTracker;

/** The services by which modules, those who run them and those who use them speak to the manager. */
final class ModuleServices implements AutoCloseable {

    private static final ModuleRouter NO_ROUTER = new NoRouter();

    private final ServiceTracker<Module, Module> modules;
    private final ServiceTracker<ModuleRouter, ModuleRouter> routers;
    private final ServiceTracker<ModuleStatusSource, ModuleStatusSource> sources;

    ModuleServices(BundleContext context) {
        modules = new ServiceTracker<>(context, Module.class, null);
        sources = new ServiceTracker<>(context, ModuleStatusSource.class, null);
        routers = new ServiceTracker<>(context, ModuleRouter.class, null);
        modules.open();
        routers.open();
        sources.open();
    }

    /** Returns who divides traffic; a stand-in when no flows run. */
    ModuleRouter router() {
        return Objects.requireNonNullElse(routers.getService(), NO_ROUTER);
    }

    /** Finds the service of exactly this module. */
    Optional<Module> find(ModuleIdentity identity) {
        for (Map.Entry<ServiceReference<Module>, Module> each :
                modules.getTracked().entrySet()) {
            if (identity.name().equals(each.getKey().getProperty(Module.NAME))
                    && identity.version().equals(version(each.getKey()))) {
                return Optional.of(each.getValue());
            }
        }
        return Optional.empty();
    }

    /** Finds the service with this name and the highest version. */
    Optional<Module> findHighest(String name) {
        Module highest = null;
        Version highestVersion = Version.emptyVersion;
        for (Map.Entry<ServiceReference<Module>, Module> each :
                modules.getTracked().entrySet()) {
            Version version = version(each.getKey());
            if (name.equals(each.getKey().getProperty(Module.NAME))
                    && (highest == null || version.compareTo(highestVersion) > 0)) {
                highest = each.getValue();
                highestVersion = version;
            }
        }
        return Optional.ofNullable(highest);
    }

    /** Finds who tells the status of the module in this bundle. */
    Optional<ModuleStatusSource> findSource(long bundleId) {
        for (ModuleStatusSource source : sources.getTracked().values()) {
            if (source.bundleId() == bundleId) {
                return Optional.of(source);
            }
        }
        return Optional.empty();
    }

    private static Version version(ServiceReference<?> reference) {
        Object value = reference.getProperty(Module.VERSION);
        try {
            return value == null ? Version.emptyVersion : Version.parseVersion(value.toString());
        } catch (IllegalArgumentException e) {
            // A service with a version that nobody can read is found under version 0 and so is nobody's module.
            return Version.emptyVersion;
        }
    }

    @Override
    public void close() {
        modules.close();
        routers.close();
        sources.close();
    }
}
