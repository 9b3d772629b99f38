/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the framework hold what the committed generation says, whatever the framework's cache says: removes what belongs to no
 * generation, installs what is missing from the store, starts what is not started. Does nothing to what is right already.
 * Confined to the thread of the deployments.
 */
final class Reconciler {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final DeploymentParts parts;
    private final Map<String, String> troubles = new LinkedHashMap<>();
    /** What could not be read and is not tried again until a deployment brings it anew, by digest. */
    private final Set<String> given = new HashSet<>();

    Reconciler(DeploymentParts parts) {
        this.parts = parts;
    }

    /** Returns what is not as the generation says, by module; empty when all is well. */
    Map<String, String> troubles() {
        return Map.copyOf(troubles);
    }

    /**
     * Looks at everything once.
     *
     * @return whether everything is as it should be, or cannot become so
     */
    boolean run(List<GenerationModule> modules) {
        troubles.clear();
        Set<String> wanted = new HashSet<>();
        modules.forEach(module -> wanted.add(ManagedBundles.location(module)));
        for (Bundle bundle : parts.bundles().list()) {
            if (!wanted.contains(bundle.getLocation())) {
                remove(bundle);
            }
        }
        boolean isDone = true;
        for (GenerationModule module : modules) {
            isDone &= given.contains(module.digest()) ? stays(module) : bring(module);
        }
        return isDone;
    }

    private boolean stays(GenerationModule module) {
        troubles.put(module.name(), "its artefact " + module.digest() + " is damaged; deploy the module again");
        return true;
    }

    private void remove(Bundle bundle) {
        try {
            LOG.info("Removing bundle={} location={}: no committed generation holds it", bundle, bundle.getLocation());
            parts.bundles().uninstall(bundle);
        } catch (ModuleException e) {
            LOG.warn("bundle={} belongs to no generation and cannot be removed: {}", bundle, e.getMessage());
        }
    }

    private boolean bring(GenerationModule module) {
        try {
            configure(module);
            Optional<Installed> present = parts.bundles().find(module).filter(i -> isIntact(i, module));
            Installed installed = present.isPresent() ? present.get() : install(module);
            if (module.update() == UpdateStrategy.STOP_FIRST) {
                // Both would want what only one can have, and the one that came second would not ask again.
                stopOthers(module, installed);
            }
            if (!installed.isStarted()) {
                parts.bundles().resolve(installed);
                parts.bundles().start(installed, () -> false);
                LOG.info("Started module={} digest={}", installed.identity().full(), module.digest());
            }
            route(module, new TrafficRule.All(module.version()));
            stopOthers(module, installed);
            return true;
        } catch (IOException e) {
            LOG.error("module={} cannot be brought back: {}", module.name(), e.getMessage());
            given.add(module.digest());
            routeAway(module);
            return stays(module);
        } catch (ModuleException | RuntimeException e) {
            troubles.put(module.name(), BundleModuleManager.text(e));
            return false;
        }
    }

    /** Whether the bundle still holds what was installed: somebody may have updated it past the deployments. */
    private static boolean isIntact(Installed installed, GenerationModule module) {
        return installed.identity().name().equals(module.name())
                && installed.identity().version().toString().equals(module.version());
    }

    private Installed install(GenerationModule module) throws IOException, ModuleException {
        Bundle changed = parts.bundles().find(module).map(Installed::bundle).orElse(null);
        if (changed != null) {
            parts.bundles().uninstall(changed);
        }
        return parts.bundles().install(module, parts.store().artefacts().verified(module.digest()));
    }

    /** Fills in what is missing; what is there stays, because people may have changed it since. */
    private void configure(GenerationModule module) throws IOException, ModuleException {
        for (Map.Entry<String, Optional<Map<String, Object>>> each : ModuleConfiguration.changes(
                        module.name(), Optional.empty(), Optional.of(module))
                .entrySet()) {
            if (parts.settings().find(each.getKey()).isEmpty()) {
                parts.settings().set(each.getKey(), each.getValue());
            }
        }
        if (module.grants().isPresent() && parts.grants().own(module.name()).isEmpty()) {
            parts.grants().set(module.name(), module.grants().get());
        }
    }

    /** A module that came with a feature makes way for the one of the generation. */
    private void stopOthers(GenerationModule module, Installed installed) throws ModuleException {
        Installed other = parts.bundles().running(module.name(), installed.bundle());
        if (other != null && !ManagedBundles.isManaged(other.bundle())) {
            parts.bundles().stop(other);
            LOG.info("Stopped module={}: the committed generation has another version", other.label());
        }
    }

    private void routeAway(GenerationModule module) {
        try {
            route(module, TrafficRule.LATEST);
        } catch (ModuleException e) {
            LOG.warn("module={} cannot be routed to what else there is: {}", module.name(), e.getMessage());
        }
    }

    private void route(GenerationModule module, TrafficRule rule) throws ModuleException {
        if (!parts.router().get().traffic(module.name()).route().rule().equals(rule)) {
            parts.router()
                    .get()
                    .route(
                            module.name(),
                            Route.of(rule),
                            Handover.STATE,
                            parts.limits().operation());
        }
    }
}
