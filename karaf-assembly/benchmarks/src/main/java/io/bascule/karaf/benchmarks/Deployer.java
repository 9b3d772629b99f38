/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentManager;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.api.module.traffic.VersionTraffic;
import io.bascule.api.security.Subject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Deploys one artefact after the other and looks when what happens. One thread. */
final class Deployer {

    /** Between two looks at one that is to be rolled back; what is measured is at most that much too long. */
    private static final long CLOSE_LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** Between two looks at one that is to go well. Seldom, because who looks needs a processor that the flow may want. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final Duration TIME_MAX = Duration.ofSeconds(60);

    private final DeploymentManager manager;
    private final ModuleRouter router;

    Deployer(DeploymentManager manager, ModuleRouter router) {
        this.manager = manager;
        this.router = router;
    }

    /**
     * When what happened, {@link System#nanoTime()}; {@value #NEVER} when it did not.
     *
     * @param begun it was submitted
     * @param switching the step switch began, at the earliest
     * @param tried the trial began, so the new version works
     * @param failing the new version's first call had failed
     * @param deciding its return was decided
     * @param back the old version was routed again
     * @param committing the step commit began, at the earliest
     * @param done it ended
     */
    record Timeline(
            long begun,
            long switching,
            long tried,
            long failing,
            long deciding,
            long back,
            long committing,
            long done,
            Outcome outcome,
            String reason) {

        static final long NEVER = 0;

        boolean isCommitted() {
            return outcome == Outcome.COMMITTED;
        }

        boolean isRolledBackInTrial() {
            return outcome == Outcome.ROLLED_BACK && tried != NEVER && deciding != NEVER;
        }
    }

    private static DeploymentPlan plan(Path artefact, Duration trial) {
        return new DeploymentPlan(
                String.valueOf(artefact.getFileName()),
                List.of(ModuleChange.Put.from(artefact.toUri().toString())),
                List.of(),
                TrialRules.DEFAULT.lasting(trial),
                0);
    }

    /** Deploys without a trial and without looking, and expects that it goes well. */
    void deploy(Path artefact) throws ModuleException, InterruptedException {
        long id = manager.submit(plan(artefact, Duration.ZERO), Subject.operator("bench"));
        Deployment end = manager.await(id, TIME_MAX);
        if (end.outcome().orElse(Outcome.FAILED) != Outcome.COMMITTED) {
            throw new ModuleException(
                    artefact.getFileName() + " was not deployed: " + end.progress() + ", " + end.reason());
        }
    }

    /**
     * Deploys {@code version} and watches.
     *
     * @param isBad whether it is to be rolled back, and its first failed call and the old version's return are looked for
     */
    Timeline watch(Path artefact, String version, Duration trial, boolean isBad) throws ModuleException {
        TrafficRule before = router.traffic(LifecyclePlan.MODULE).route().rule();
        long begun = System.nanoTime();
        long id = manager.submit(plan(artefact, trial), Subject.operator("bench"));
        Map<Moment, Long> first = new EnumMap<>(Moment.class);
        long looked = begun;
        while (System.nanoTime() - begun < TIME_MAX.toNanos()) {
            long since = looked;
            looked = System.nanoTime();
            Deployment now =
                    manager.find(id).orElseThrow(() -> new ModuleException("deployment " + id + " is forgotten"));
            note(first, now, since);
            if (isBad) {
                noteReturn(first, now, version, before);
            }
            Optional<Outcome> outcome = now.outcome();
            if (outcome.isPresent()) {
                return new Timeline(
                        begun,
                        first.getOrDefault(Moment.SWITCHING, Timeline.NEVER),
                        first.getOrDefault(Moment.TRIED, Timeline.NEVER),
                        first.getOrDefault(Moment.FAILING, Timeline.NEVER),
                        first.getOrDefault(Moment.DECIDING, Timeline.NEVER),
                        first.getOrDefault(Moment.BACK, Timeline.NEVER),
                        first.getOrDefault(Moment.COMMITTING, Timeline.NEVER),
                        System.nanoTime(),
                        outcome.get(),
                        now.reason());
            }
            LockSupport.parkNanos(isBad ? CLOSE_LOOK_NANOS : LOOK_NANOS);
        }
        throw new ModuleException(
                "deployment " + id + " of " + artefact.getFileName() + " did not end within " + TIME_MAX);
    }

    private enum Moment {
        SWITCHING,
        TRIED,
        FAILING,
        DECIDING,
        BACK,
        COMMITTING
    }

    /** What began since the last look began right after it: no stall is to fall between the two. */
    private static void note(Map<Moment, Long> first, Deployment now, long since) {
        note(first, Moment.SWITCHING, now.step().compareTo(Step.SWITCH) >= 0, since);
        note(first, Moment.TRIED, now.step().compareTo(Step.TRIAL) >= 0);
        note(first, Moment.COMMITTING, now.step() == Step.COMMIT, since);
    }

    private void noteReturn(Map<Moment, Long> first, Deployment now, String version, TrafficRule before) {
        boolean isGoingBack = now.progress().startsWith("going back");
        if (isGoingBack) {
            // Noticed between two looks.
            note(first, Moment.FAILING, true);
        } else if (now.step() == Step.TRIAL && !first.containsKey(Moment.FAILING)) {
            Optional<VersionTraffic> fresh =
                    router.traffic(LifecyclePlan.MODULE).find(version);
            note(first, Moment.FAILING, fresh.isPresent() && fresh.get().faults() > 0);
        }
        note(first, Moment.DECIDING, isGoingBack);
        if (isGoingBack || now.outcome().orElse(Outcome.COMMITTED) == Outcome.ROLLED_BACK) {
            Route route = router.traffic(LifecyclePlan.MODULE).route();
            note(
                    first,
                    Moment.BACK,
                    route.rule().equals(before) && route.standby().isEmpty());
        }
    }

    private static void note(Map<Moment, Long> first, Moment moment, boolean isNow) {
        note(first, moment, isNow, System.nanoTime());
    }

    private static void note(Map<Moment, Long> first, Moment moment, boolean isNow, long at) {
        if (isNow) {
            first.putIfAbsent(moment, at);
        }
    }
}
