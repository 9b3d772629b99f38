/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.module.ModuleException;
import io.bascule.karaf.benchmarks.Deployer.Timeline;
import io.bascule.karaf.benchmarks.SequenceRun.Windows;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Deployments, good ones and bad ones, while 100 000 readings a second flow through what is deployed. */
final class LoadPhase {

    static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** What a change of route may still hold up is on its way no longer than this. */
    private static final long AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A bad version is to fail long before. */
    private static final Duration TRIAL_OF_BAD = Duration.ofSeconds(10);

    private static final int BATCHES_PER_SECOND = 1000;

    /** Result: when updates switched and when they let the old version go, as pairs of {@link System#nanoTime()}. */
    static final String SWITCHES = "load.switches";

    private static final int SECONDS_SPARE = 30;

    private final LifecyclePlan plan;
    private final Deployer deployer;
    private final SequenceEnds ends;
    private final List<Timeline> timelines = new ArrayList<>();

    LoadPhase(LifecyclePlan plan, Deployer deployer, SequenceEnds ends) {
        this.plan = plan;
        this.deployer = deployer;
        this.ends = ends;
    }

    void run(Properties results, Path gcLog) throws ModuleException, TimeoutException, IOException {
        SequenceRun run = new SequenceRun(PACE_NANOS, (plan.seconds() + SECONDS_SPARE) * BATCHES_PER_SECOND);
        ends.begin(run);
        long start = System.nanoTime();
        long length = TimeUnit.SECONDS.toNanos(plan.seconds());
        int all = plan.updates() + plan.rollbacks();
        for (int i = 0; i < all; i++) {
            pauseUntil(start + length * i / all);
            String version = LifecyclePlan.loadVersion(i);
            Duration trial = plan.isBad(i) ? TRIAL_OF_BAD : Duration.ofMillis(plan.trialMillis());
            timelines.add(deployer.watch(plan.artefact(LifecyclePlan.MODULE, version), version, trial, plan.isBad(i)));
        }
        pauseUntil(start + length);
        ends.end(run);
        results.setProperty("load.seconds", Double.toString((System.nanoTime() - start) / 1e9));
        put(results, "load", run.account());
        tellDeployments(results);
        Pauses pauses = Pauses.read(gcLog, start, System.nanoTime());
        results.setProperty("load.pauses", pauses.toString());
        tellWaits(results, run, pauses);
        tellStalls(results, run);
    }

    static void pauseUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    static void put(Properties results, String prefix, SequenceRun.Account account) {
        results.setProperty(prefix + ".made", Long.toString(account.made()));
        results.setProperty(prefix + ".lost", Long.toString(account.lost()));
        results.setProperty(prefix + ".doubled", Long.toString(account.doubled()));
        results.setProperty(prefix + ".disordered", Long.toString(account.disordered()));
        results.setProperty(prefix + ".strange", Long.toString(account.strange()));
    }

    private void tellDeployments(Properties results) {
        int committed = 0;
        int rolledBack = 0;
        String unexpected = "";
        for (int i = 0; i < timelines.size(); i++) {
            Timeline each = timelines.get(i);
            boolean isAsExpected = plan.isBad(i) ? each.isRolledBackInTrial() : each.isCommitted();
            committed += each.isCommitted() ? 1 : 0;
            rolledBack += each.isRolledBackInTrial() ? 1 : 0;
            if (!isAsExpected && unexpected.isEmpty()) {
                unexpected =
                        LifecyclePlan.loadVersion(i) + ": " + each.outcome().word() + " " + each.reason();
            }
        }
        results.setProperty("load.committed", Integer.toString(committed));
        results.setProperty("load.rolledBack", Integer.toString(rolledBack));
        results.setProperty("load.unexpected", unexpected);
        List<Timeline> returns =
                timelines.stream().filter(Timeline::isRolledBackInTrial).toList();
        put(
                results,
                "load.return",
                returns.stream()
                        .mapToLong(t -> (t.back() == Timeline.NEVER ? t.done() : t.back()) - t.deciding())
                        .toArray());
        put(
                results,
                "load.notice",
                returns.stream()
                        .filter(t -> t.failing() != Timeline.NEVER)
                        .mapToLong(t -> t.deciding() - t.failing())
                        .toArray());
        put(
                results,
                "load.deployment",
                timelines.stream()
                        .filter(Timeline::isCommitted)
                        .mapToLong(t -> t.done() - t.begun())
                        .toArray());
    }

    /** Puts down how many there are, median, 99th of 100, and the greatest. */
    static void put(Properties results, String key, long[] values) {
        long[] ascending = values.clone();
        Arrays.sort(ascending);
        results.setProperty(
                key,
                ascending.length + " " + SequenceRun.quantile(ascending, 0.5) + " "
                        + SequenceRun.quantile(ascending, 0.99) + " " + SequenceRun.quantile(ascending, 1));
    }

    private void tellWaits(Properties results, SequenceRun run, Pauses pauses) {
        Map<String, Windows> windows = new LinkedHashMap<>();
        windows.put("idle", at -> timelines.stream().noneMatch(t -> isIn(at, t.begun(), t.done() + AFTER_NANOS)));
        windows.put("stage", at -> timelines.stream().anyMatch(t -> isIn(at, t.begun(), t.switching())));
        windows.put("switch", at -> timelines.stream().anyMatch(t -> isSwitching(at, t)));
        windows.put("trial", at -> timelines.stream()
                .filter(Timeline::isCommitted)
                .anyMatch(t -> isIn(at, t.tried() + AFTER_NANOS, t.committing())));
        windows.put("commit", at -> timelines.stream().anyMatch(t -> isCommitting(at, t)));
        windows.put("rollback", at -> timelines.stream()
                .filter(Timeline::isRolledBackInTrial)
                .anyMatch(t -> isIn(at, t.deciding() - AFTER_NANOS, t.done() + AFTER_NANOS)));
        Windows updates = at -> timelines.stream().anyMatch(t -> isSwitching(at, t) || isCommitting(at, t));
        windows.put("update", updates);
        windows.put("update.alone", at -> updates.contains(at) && !pauses.haveHeldUp(at));
        windows.put("collector", pauses::haveHeldUp);
        windows.forEach((name, window) -> put(results, "load.wait." + name, run.waits(window)));
    }

    private static boolean isIn(long at, long from, long to) {
        return at - from >= 0 && at - to < 0;
    }

    private static boolean isSwitching(long at, Timeline t) {
        return t.tried() != Timeline.NEVER && isIn(at, t.switching(), t.tried() + AFTER_NANOS);
    }

    private static boolean isCommitting(long at, Timeline t) {
        return t.isCommitted() && isIn(at, t.committing(), t.done() + AFTER_NANOS);
    }

    /** The longest wait of a batch that an update can be blamed for: while it switched and while it let the old version go. */
    private void tellStalls(Properties results, SequenceRun run) {
        List<Timeline> updates =
                timelines.stream().filter(Timeline::isCommitted).toList();
        put(
                results,
                "load.stall",
                updates.stream()
                        .mapToLong(t ->
                                SequenceRun.quantile(run.waits(at -> isSwitching(at, t) || isCommitting(at, t)), 1))
                        .toArray());
        results.setProperty(
                SWITCHES,
                updates.stream()
                        .flatMap(t -> Stream.of(
                                t.switching() + " " + (t.tried() + AFTER_NANOS),
                                t.committing() + " " + (t.done() + AFTER_NANOS)))
                        .collect(Collectors.joining(" ")));
        put(
                results,
                "load.gap",
                updates.stream()
                        .mapToLong(t -> run.longestGap(t.begun(), t.done() + AFTER_NANOS))
                        .toArray());
    }
}
