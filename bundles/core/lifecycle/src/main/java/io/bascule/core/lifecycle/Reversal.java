/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Undoes what a deployment did before it failed. The traffic goes back first, because the old versions are warm; what is slow
 * comes after. Nothing stops it half way: what cannot be undone is told, and the rest is undone.
 */
final class Reversal {

    private final DeploymentParts parts;
    private final Optional<Generation> current;
    private final List<String> problems = new ArrayList<>();

    Reversal(DeploymentParts parts, Optional<Generation> current) {
        this.parts = parts;
        this.current = current;
    }

    @FunctionalInterface
    private interface Undoing {
        void run() throws ModuleException, IOException;
    }

    /** Undoes; returns what could not be undone. */
    List<String> undo(List<Target> targets) {
        List<Target> backwards = new ArrayList<>(targets);
        Collections.reverse(backwards);
        for (Target target : backwards) {
            attempt(target, () -> routeBack(target));
        }
        for (Target target : backwards) {
            attempt(target, () -> configureBack(target));
            attempt(target, () -> removeNew(target));
            attempt(target, () -> configureDevicesBack(target));
            attempt(target, () -> startOld(target));
            attempt(target, () -> route(target));
        }
        return List.copyOf(problems);
    }

    private void attempt(Target target, Undoing undoing) {
        try {
            undoing.run();
        } catch (ModuleException | IOException | RuntimeException e) {
            problems.add(target.name() + ": " + BundleModuleManager.text(e));
        }
    }

    private ModuleRouter router() {
        return parts.router().get();
    }

    private void routeBack(Target target) throws ModuleException {
        Optional<String> old = target.oldVersion();
        if (target.isRouted && !target.isOldStopped && old.isPresent()) {
            router().route(
                            target.name(),
                            Route.of(new TrafficRule.All(old.get())),
                            Handover.NONE,
                            parts.limits().operation());
        }
    }

    private void configureBack(Target target) throws ModuleException, IOException {
        if (target.isConfigured) {
            parts.settings().set(target.name(), target.configurationBefore);
        }
        if (target.isGranted) {
            parts.grants().set(target.name(), target.grantsBefore);
        }
    }

    private void removeNew(Target target) throws ModuleException, IOException {
        Installed fresh = target.fresh;
        if (fresh == null) {
            return;
        }
        parts.bundles().uninstall(fresh.bundle());
        if (target.isTargeted) {
            parts.settings()
                    .set(
                            ModuleSettings.targetedPid(
                                    fresh.identity(), fresh.bundle().getSymbolicName()),
                            Optional.empty());
        }
    }

    /** After the new version has gone and before the old one starts: neither is to see what is the other's. */
    private void configureDevicesBack(Target target) throws IOException {
        for (Map.Entry<String, Optional<Map<String, Object>>> each : target.devicesBefore.entrySet()) {
            parts.settings().set(each.getKey(), each.getValue());
        }
        Installed fresh = target.fresh;
        if (fresh != null) {
            parts.settings().release(fresh.identity().devices(), fresh.bundle().getLocation());
        }
    }

    private void startOld(Target target) throws ModuleException, IOException {
        Installed old = target.old;
        if (!target.isOldStopped || old == null) {
            return;
        }
        GenerationModule before = target.before;
        if (target.isOldReplaced && before != null) {
            old = parts.bundles().install(before, parts.store().artefacts().verified(before.digest()));
        }
        parts.bundles().start(old, () -> false);
    }

    /** The route that the generation before stands for. */
    private void route(Target target) throws ModuleException {
        if (!target.isRouted && !target.isPinned && !target.isOldStopped) {
            return;
        }
        TrafficRule rule = current.flatMap(generation -> generation.find(target.name()))
                .<TrafficRule>map(module -> new TrafficRule.All(module.version()))
                .orElse(TrafficRule.LATEST);
        router().route(
                        target.name(),
                        Route.of(rule),
                        Handover.STATE,
                        parts.limits().operation());
    }
}
