/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.World;
import io.bascule.api.module.deployment.CanaryStep;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.Output;
import io.bascule.api.module.spi.StageContext;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import io.bascule.core.lifecycle.store.JournalFile;
import io.bascule.core.lifecycle.store.Undo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Brings new versions and configurations to work beside the old ones, watches them, and lets the old ones go. */
final class Switchover {

    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

    private final DeploymentParts parts;
    private final JournalFile journal;
    private final TrialRules trial;
    private final Transaction.Progress progress;
    private final TrialWatch watch;

    Switchover(
            DeploymentParts parts,
            JournalFile journal,
            TrialRules trial,
            Transaction.Progress progress,
            TrialWatch watch) {
        this.parts = parts;
        this.journal = journal;
        this.trial = trial;
        this.progress = progress;
        this.watch = watch;
    }

    private ModuleRouter router() {
        return parts.router().get();
    }

    /** Whether the old version has to end before the new one starts. */
    boolean stopsFirst(Target target) {
        return target.strategy == UpdateStrategy.STOP_FIRST && target.old != null;
    }

    /** Sets what only the new version sees, and the grants. */
    void configure(Target target) throws ModuleException, IOException {
        GenerationModule after = target.after;
        if (after == null) {
            return;
        }
        if (target.setsGrants()) {
            target.grantsBefore = parts.grants().own(after.name());
            journal.undo(new Undo.Grants(after.name(), target.grantsBefore));
            target.isGranted = true;
            parts.grants().set(after.name(), target.grants());
        }
        if (target.fresh != null) {
            target(target, target.fresh);
            if (!stopsFirst(target)) {
                configureDevices(target);
            }
        }
    }

    /** Sets the configurations of devices, while no version runs that should not see them. */
    private void configureDevices(Target target) throws IOException {
        for (Map.Entry<String, Optional<Map<String, Object>>> each :
                target.deviceChanges().entrySet()) {
            Optional<Map<String, Object>> before = parts.settings().find(each.getKey());
            journal.undo(new Undo.Configuration(each.getKey(), before));
            target.devicesBefore.put(each.getKey(), before);
            parts.settings().set(each.getKey(), each.getValue());
        }
    }

    private void target(Target target, Installed fresh) throws IOException {
        if (target.setsConfiguration()) {
            String pid =
                    ModuleSettings.targetedPid(fresh.identity(), fresh.bundle().getSymbolicName());
            journal.undo(new Undo.Configuration(pid, parts.settings().find(pid)));
            target.isTargeted = true;
            // An empty one hides what the old version still has.
            parts.settings().set(pid, Optional.of(target.configuration().orElse(Map.of())));
        }
    }

    /** Keeps the traffic with the old version, whatever else gets ready. */
    void pin(Target target) throws ModuleException {
        Optional<String> old = target.oldVersion();
        if (old.isPresent() && target.old != null && target.old.isStarted()) {
            target.isPinned = true;
            router().route(
                            target.name(),
                            Route.of(new TrafficRule.All(old.get())),
                            Handover.STATE,
                            parts.limits().operation());
        }
    }

    /** Runs the module's own test. */
    void selfTest(Installed fresh) throws ModuleException {
        progress.step(Step.SELF_TEST, "testing " + fresh.identity().full());
        Module service = Transaction.service(parts, fresh);
        parts.calls()
                .call(
                        "the self-test of " + fresh.identity().full(),
                        parts.limits().ready(),
                        progress::isCancelled,
                        () -> {
                            service.selfTest();
                            return service;
                        });
    }

    /** Lets an instance that goes nowhere take the configuration, so that a wrong one is refused before it is set. */
    void tryConfiguration(Target target, Installed running) throws ModuleException {
        GenerationModule after = target.after;
        if (after == null || !target.setsConfiguration()) {
            return;
        }
        Module service = Transaction.service(parts, running);
        String json = JSON.toJson(target.configuration().orElse(Map.of()));
        StageContext context = new StageContext("deployment/" + after.name(), json, Output.NOWHERE);
        parts.calls()
                .call(
                        "trying the configuration of " + running.identity().full(),
                        parts.limits().ready(),
                        progress::isCancelled,
                        () -> {
                            if (service.descriptor().world() == World.DECODER) {
                                service.newDecoder(context).close();
                            } else if (service.descriptor().world() == World.PROCESSOR) {
                                service.newProcessor(context).close();
                            }
                            return service;
                        });
    }

    /** Goes through the canary and then gives everything to what is new. */
    void begin(List<Target> targets, List<CanaryStep> canary) throws ModuleException, IOException {
        for (Target target : targets) {
            target.oldTraffic = watch.traffic(target, target.oldVersion());
            target.devices = parts.devices().expected(target);
        }
        for (CanaryStep each : canary) {
            String text = each.percent() == 0 ? "shadow" : each.percent() + " % of the traffic";
            journal.step(Step.SWITCH, "", text);
            progress.step(Step.SWITCH, text + " for " + each.duration().toSeconds() + " s");
            for (Target target : targets) {
                share(target, each.percent());
            }
            watch.watch(targets, each.duration());
        }
        for (Target target : targets) {
            if (progress.isCancelled()) {
                throw DeploymentFailure.cancelled();
            }
            switchTo(target);
        }
    }

    private void share(Target target, int percent) throws ModuleException {
        Installed fresh = target.fresh;
        Optional<String> old = target.oldVersion();
        if (fresh == null || old.isEmpty() || stopsFirst(target)) {
            return;
        }
        String version = fresh.identity().version().toString();
        Map<String, Integer> weights = new LinkedHashMap<>();
        weights.put(old.get(), 100 - percent);
        weights.put(version, percent);
        TrafficRule rule =
                percent == 0 ? new TrafficRule.Shadow(old.get(), version, 0) : new TrafficRule.Weighted(weights);
        target.isRouted = true;
        router().route(
                        target.name(),
                        new Route(rule, Set.of(), old, trial.deadline()),
                        Handover.STATE,
                        parts.limits().operation());
    }

    private void switchTo(Target target) throws ModuleException, IOException {
        GenerationModule after = target.after;
        Installed old = target.old;
        journal.step(Step.SWITCH, target.name(), target.step().toString());
        progress.step(Step.SWITCH, target.step().toString());
        if (after == null) {
            if (old != null) {
                target.isOldStopped = true;
                parts.bundles().stop(old);
            }
            return;
        }
        if (target.keepsCode()) {
            reconfigure(after, target);
            return;
        }
        if (stopsFirst(target)) {
            replace(target);
        }
        String version = after.version();
        boolean isWarm = target.oldVersion().isPresent() && !stopsFirst(target);
        Set<String> standby = isWarm ? Set.of(target.oldVersion().orElseThrow()) : Set.of();
        Optional<String> fallback = isWarm ? target.oldVersion() : Optional.empty();
        target.isRouted = true;
        router().route(
                        target.name(),
                        new Route(new TrafficRule.All(version), standby, fallback, trial.deadline()),
                        Handover.STATE,
                        parts.limits().operation());
    }

    private void reconfigure(GenerationModule after, Target target) throws IOException {
        if (target.setsConfiguration()) {
            target.configurationBefore = parts.settings().find(after.name());
            journal.undo(new Undo.Configuration(after.name(), target.configurationBefore));
            target.isConfigured = true;
            parts.settings().set(after.name(), target.configuration());
        }
        configureDevices(target);
    }

    /** Stop-first: the old one lets go of what only one can own, then the new one takes it. */
    private void replace(Target target) throws ModuleException, IOException {
        Installed old = target.old;
        GenerationModule after = target.after;
        if (old == null || after == null || target.artefact == null) {
            throw new IllegalStateException("nothing to replace for " + target.name());
        }
        target.isOldStopped = true;
        parts.bundles().stop(old);
        parts.settings().release(old.identity().devices(), old.bundle().getLocation());
        configureDevices(target);
        Installed fresh = target.fresh;
        if (fresh == null) {
            // Same name and version: the framework holds that once only.
            target.isOldReplaced = true;
            parts.bundles().uninstall(old.bundle());
            fresh = parts.bundles().install(after, target.artefact);
            target.fresh = fresh;
            parts.bundles().resolve(fresh);
            target(target, fresh);
        }
        parts.bundles().start(fresh, progress::isCancelled);
        selfTest(fresh);
    }

    /**
     * After the commit: makes everything what the new generation says and lets the old versions go. Nothing here can undo the
     * commit; what fails is told, and done again at the next start.
     */
    List<String> finish(List<Target> targets) {
        List<String> remarks = new ArrayList<>();
        for (Target target : targets) {
            try {
                settle(target);
            } catch (ModuleException | IOException | RuntimeException e) {
                remarks.add(target.name() + ": " + BundleModuleManager.text(e) + "; it is put right at the next start");
            }
        }
        return remarks;
    }

    private void settle(Target target) throws ModuleException, IOException {
        GenerationModule after = target.after;
        Installed old = target.old;
        if (target.setsConfiguration()) {
            parts.settings().set(target.name(), target.configuration());
        }
        for (Map.Entry<String, Optional<Map<String, Object>>> each :
                target.deviceChanges().entrySet()) {
            parts.settings().set(each.getKey(), each.getValue());
        }
        if (after != null) {
            if (target.isTargeted && target.fresh != null) {
                parts.settings()
                        .set(
                                ModuleSettings.targetedPid(
                                        target.fresh.identity(),
                                        target.fresh.bundle().getSymbolicName()),
                                Optional.empty());
            }
            router().route(
                            target.name(),
                            Route.of(new TrafficRule.All(after.version())),
                            Handover.STATE,
                            parts.limits().operation());
        } else {
            if (target.setsGrants()) {
                parts.grants().set(target.name(), target.grants());
            }
            router().route(
                            target.name(),
                            Route.of(TrafficRule.LATEST),
                            Handover.STATE,
                            parts.limits().operation());
        }
        boolean leaves = target.isRemoval() || target.bringsCode();
        if (old != null && leaves && !target.isOldReplaced) {
            if (ManagedBundles.isManaged(old.bundle())) {
                parts.bundles().uninstall(old.bundle());
            } else {
                parts.bundles().stop(old);
            }
        }
    }
}
