/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.module.traffic.VersionTraffic;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the modules of a deployment while its canary or trial lasts, by {@link System#nanoTime()}: the time of day may jump.
 * Confined to the thread of the deployments.
 */
final class TrialWatch {

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(5);
    /** Health probes may be slow; a module's own counters are looked at each time. */
    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);
    /** Who cannot say within this time whether a module is well is taken to say no. */
    private static final Duration PROBE_TIME_MAX = Duration.ofSeconds(5);

    private final DeploymentParts parts;
    private final Transaction.Progress progress;
    private final TrialJudge judge;
    /** What was seen while a health check was waited for. */
    private Optional<String> seen = Optional.empty();
    /** Whether the new version is compared with the old one. */
    private boolean isCompared;

    TrialWatch(DeploymentParts parts, TrialRules trial, Transaction.Progress progress) {
        this.parts = parts;
        this.progress = progress;
        this.judge = new TrialJudge(trial);
    }

    /**
     * Watches for a time; throws when a module is not healthy, or somebody cancels. Without any time it looks once and compares
     * nothing: a handful of calls of a version that has just started say little, on a busy machine least, and a return to an
     * earlier generation must not fail for that.
     */
    void watch(List<Target> targets, Duration time) throws ModuleException {
        isCompared = !time.isZero();
        long until = System.nanoTime() + time.toNanos();
        long probeAt = System.nanoTime();
        do {
            failOn(look(targets));
            if (System.nanoTime() - probeAt >= 0) {
                probe(targets);
                probeAt = System.nanoTime() + PROBE_INTERVAL.toNanos();
            }
            if (progress.isCancelled()) {
                throw DeploymentFailure.cancelled();
            }
            LockSupport.parkNanos(Math.min(LOOK_INTERVAL.toNanos(), Math.max(1, until - System.nanoTime())));
        } while (System.nanoTime() - until < 0);
    }

    /** At the end of a trial: the devices that answered before the change have to do so again. */
    void requireDevices(List<Target> targets) throws DeploymentFailure {
        for (Target target : targets) {
            failOn(parts.devices().refusal(target).map(text -> target.name() + ": " + text));
            failOn(parts.devices().absence(target).map(text -> target.name() + ": " + text));
        }
    }

    private static void failOn(Optional<String> trouble) throws DeploymentFailure {
        if (trouble.isPresent()) {
            throw new DeploymentFailure(trouble.get());
        }
    }

    private Optional<String> look(List<Target> targets) {
        for (Target target : targets) {
            Optional<String> trouble = look(target);
            if (trouble.isPresent()) {
                return trouble.map(text -> target.name() + ": " + text);
            }
        }
        return Optional.empty();
    }

    private Optional<String> look(Target target) {
        Installed runs = target.fresh != null ? target.fresh : target.old;
        if (target.isRemoval() || runs == null) {
            return Optional.empty();
        }
        VersionTraffic now = traffic(target, Optional.ofNullable(target.after).map(GenerationModule::version));
        return target.fresh == null
                ? judge.judgeSame(parts.installed().status(runs), target.oldTraffic, now)
                : judge.judge(parts.installed().status(runs), isCompared ? target.oldTraffic : null, now);
    }

    /** Asks the health checks; a slow one does not keep a fault from being seen. */
    private void probe(List<Target> targets) throws ModuleException {
        Duration operation = parts.limits().operation();
        Duration time = operation.compareTo(PROBE_TIME_MAX) < 0 ? operation : PROBE_TIME_MAX;
        for (Target target : targets) {
            if (target.isRemoval()) {
                continue;
            }
            failOn(parts.devices().refusal(target).map(text -> target.name() + ": " + text));
            seen = Optional.empty();
            try {
                Optional<String> trouble = parts.calls()
                        .call(
                                "the health check of " + target.name(),
                                time,
                                () -> {
                                    seen = look(targets);
                                    return progress.isCancelled() || seen.isPresent();
                                },
                                () -> parts.health().findTrouble(target.name()));
                failOn(trouble.map(text -> target.name() + ": " + text));
            } catch (ModuleException e) {
                failOn(seen);
                throw e;
            }
        }
    }

    /** Returns what a version has done so far; null when nothing was routed to it. */
    @Nullable
    VersionTraffic traffic(Target target, Optional<String> version) {
        return version.flatMap(v -> parts.router().get().traffic(target.name()).find(v))
                .orElse(null);
    }
}
