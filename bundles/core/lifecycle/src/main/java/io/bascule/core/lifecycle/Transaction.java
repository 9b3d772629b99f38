/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.CanaryStep;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.module.spi.Module;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import io.bascule.core.lifecycle.store.DeploymentHeader;
import io.bascule.core.lifecycle.store.JournalFile;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a deployment through its steps. Each step is written to the journal before it has an effect; the first that fails
 * makes {@link Reversal} undo what was done. Confined to the thread that calls {@link #run()}.
 */
final class Transaction {

    private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

    private final DeploymentParts parts;
    private final Order order;
    private final Progress progress;
    private final JournalFile journal;
    private final Optional<Generation> current;
    private final TrialWatch watch;
    private final Switchover switchover;
    private List<Target> targets;
    private Step step = Step.VERIFY;

    /**
     * What is to be done.
     *
     * @param id the deployment's number
     * @param name what people call it
     * @param who who asked
     * @param wishes what is to happen to which module
     * @param canary steps before all traffic goes to what is new
     * @param trial what the new versions must show
     * @param restartsMax most other bundles that may be restarted
     */
    record Order(
            long id,
            String name,
            String who,
            List<Target.Wish> wishes,
            List<CanaryStep> canary,
            TrialRules trial,
            int restartsMax) {}

    /** Hears how it goes, and says whether it is to go on. */
    interface Progress {
        void step(Step step, String text);

        void modules(List<ModuleStep> modules);

        boolean isCancelled();
    }

    /**
     * How it ended.
     *
     * @param outcome how
     * @param step in which step
     * @param reason why it did not commit; empty when it did
     * @param modules what it did, or was to do
     * @param generation the generation that it made, 0 for none
     * @param isSettled whether nothing is left for the next start to do
     */
    record Result(
            Outcome outcome, Step step, String reason, List<ModuleStep> modules, int generation, boolean isSettled) {

        Result(Outcome outcome, Step step, String reason, List<ModuleStep> modules, int generation) {
            this(outcome, step, reason, modules, generation, true);
        }
    }

    /** Begins what the journal knows as waiting. */
    Transaction(DeploymentParts parts, JournalFile journal, Order order, Instant began, Progress progress)
            throws IOException {
        this.parts = parts;
        this.order = order;
        this.progress = progress;
        this.current = parts.store().generations().current();
        this.journal = journal;
        parts.store()
                .journal()
                .begin(
                        journal,
                        new DeploymentHeader(
                                order.id(),
                                order.name(),
                                order.who(),
                                began,
                                current.map(Generation::number).orElse(0)));
        this.watch = new TrialWatch(parts, order.trial(), progress);
        this.switchover = new Switchover(parts, journal, order.trial(), progress, watch);
        this.targets = order.wishes().stream().map(Target::new).toList();
    }

    /** Runs all steps; returns how it ended, never throws for what a module or the framework does. */
    Result run() {
        boolean isRouting = false;
        try {
            begin(Step.VERIFY, "fetching and checking " + order.wishes().size() + " modules");
            Verification verification = new Verification(parts, current);
            targets = verification.verify(targets);
            tellModules();
            failOn(verification.takeProblems());
            if (targets.isEmpty()) {
                return new Result(
                        Outcome.COMMITTED,
                        step,
                        "all modules are as wished already",
                        List.of(),
                        current.map(Generation::number).orElse(0));
            }
            begin(Step.RESOLVE, "looking whether everything is there");
            resolve(verification);
            begin(Step.STAGE, "starting what is new");
            stage();
            begin(Step.SELF_TEST, "testing what is new");
            selfTest();
            begin(Step.SWITCH, "routing to what is new");
            isRouting = true;
            switchover.begin(targets, order.canary());
            begin(Step.TRIAL, "trial for " + order.trial().duration().toSeconds() + " s");
            watch.watch(targets, order.trial().duration());
            if (!order.trial().duration().isZero()) {
                watch.requireDevices(targets);
            }
            begin(Step.COMMIT, "writing the generation");
            return commit();
        } catch (ModuleException | IOException | RuntimeException e) {
            return fail(e, isRouting);
        }
    }

    private void begin(Step next, String text) throws IOException, DeploymentFailure {
        if (progress.isCancelled()) {
            throw DeploymentFailure.cancelled();
        }
        journal.step(next, "", text);
        step = next;
        progress.step(next, text);
    }

    private void tellModules() throws IOException {
        List<ModuleStep> steps = steps();
        journal.modules(steps);
        progress.modules(steps);
    }

    private List<ModuleStep> steps() {
        return targets.stream()
                .map(Target::step)
                .sorted(Comparator.comparing(ModuleStep::name))
                .toList();
    }

    private static void failOn(List<String> problems) throws DeploymentFailure {
        if (!problems.isEmpty()) {
            throw new DeploymentFailure(String.join("; ", problems));
        }
    }

    private void resolve(Verification verification) throws ModuleException {
        List<String> restarts = verification.resolve(targets);
        failOn(verification.takeProblems());
        if (restarts.size() > order.restartsMax()) {
            throw new DeploymentFailure(
                    "expected at most " + order.restartsMax() + " other bundles to be restarted, got "
                            + restarts.size() + ": " + String.join(", ", restarts)
                            + "; allow it in the manifest (restartsMax) or deploy at a quiet time");
        }
    }

    private void stage() throws ModuleException, IOException {
        for (Target target : targets) {
            switchover.configure(target);
            Installed fresh = target.fresh;
            if (fresh != null && !switchover.stopsFirst(target)) {
                switchover.pin(target);
                progress.step(step, "starting " + fresh.identity().full());
                parts.bundles().start(fresh, progress::isCancelled);
            }
        }
    }

    private void selfTest() throws ModuleException {
        for (Target target : targets) {
            if (target.fresh != null && !switchover.stopsFirst(target)) {
                switchover.selfTest(target.fresh);
            } else if (target.keepsCode()) {
                Installed old = target.old;
                if (old != null) {
                    switchover.tryConfiguration(target, old);
                }
            }
        }
    }

    private Result commit() throws IOException {
        Instant now = parts.clock().instant();
        List<GenerationModule> modules = new ArrayList<>();
        current.ifPresent(generation -> generation.modules().stream()
                .filter(m -> targets.stream().noneMatch(t -> t.name().equals(m.name())))
                .forEach(modules::add));
        targets.stream().map(target -> target.after).filter(Objects::nonNull).forEach(modules::add);
        modules.sort(Comparator.comparing(GenerationModule::name));
        Generation next = new Generation(
                parts.store().generations().nextNumber(), order.id(), order.name(), order.who(), now, modules);
        parts.store().generations().commit(next);
        List<String> remarks = switchover.finish(targets);
        remarks.forEach(remark -> LOG.warn("deployment={} committed, but {}", order.id(), remark));
        return new Result(
                Outcome.COMMITTED, step, String.join("; ", remarks), steps(), next.number(), remarks.isEmpty());
    }

    private Result fail(Exception cause, boolean isRouting) {
        if (parts.bundles().isFrameworkStopping()) {
            // Modules go in any order then, which says nothing about the new version. The next start puts all in order.
            return new Result(Outcome.INTERRUPTED, step, "the gateway stopped in step " + step.word(), steps(), 0);
        }
        boolean isCancelled = progress.isCancelled() && step != Step.COMMIT;
        String reason = "step " + step.word() + ": " + text(cause);
        progress.step(step, "going back: " + reason);
        if (cause instanceof RuntimeException) {
            LOG.error("deployment={} failed in an unexpected way", order.id(), cause);
        }
        List<String> problems = new Reversal(parts, current).undo(targets);
        if (!problems.isEmpty()) {
            reason += "; on the way back: " + String.join("; ", problems);
        }
        Outcome outcome = isCancelled ? Outcome.CANCELLED : isRouting ? Outcome.ROLLED_BACK : Outcome.FAILED;
        return new Result(outcome, step, reason, steps(), 0);
    }

    private static String text(Exception e) {
        if (e instanceof ModuleException || e instanceof IOException) {
            String message = e.getMessage();
            return message == null ? e.getClass().getSimpleName() : message;
        }
        return "unexpected: " + e;
    }

    /** Finds the service of a module that is started. */
    static Module service(DeploymentParts parts, Installed module) throws ModuleException {
        return parts.services()
                .find(module.identity())
                .orElseThrow(() -> new ModuleException(
                        module.identity().full() + " is started but has not registered its module service"));
    }
}
