/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A deployment from its submission on, as others see it. Safe for use by any thread. */
final class RunningDeployment implements Transaction.Progress {

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Consumer<Deployment> listener;
    private volatile Deployment state;
    private volatile String cancelledBy = "";

    RunningDeployment(long id, String name, String who, Instant now, Consumer<Deployment> listener) {
        this.listener = listener;
        this.state = new Deployment(
                id, name, who, now, Step.VERIFY, "waits for its turn", List.of(), Optional.empty(), "", 0, 0);
    }

    Deployment state() {
        return state;
    }

    /** Asks the deployment to end; returns false when it has ended. */
    boolean cancel(String who) {
        if (state.isDone()) {
            return false;
        }
        cancelledBy = who;
        return true;
    }

    String cancelledBy() {
        return cancelledBy;
    }

    boolean await(Duration time) throws InterruptedException {
        return ended.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    void began(int fromGeneration) {
        become(new Deployment(
                state.id(),
                state.name(),
                state.who(),
                state.submitted(),
                state.step(),
                "begins",
                state.modules(),
                Optional.empty(),
                "",
                fromGeneration,
                0));
    }

    @Override
    public void step(Step step, String text) {
        become(with(step, text, state.modules(), Optional.empty(), "", 0));
    }

    @Override
    public void modules(List<ModuleStep> modules) {
        become(with(state.step(), state.progress(), modules, Optional.empty(), "", 0));
    }

    @Override
    public boolean isCancelled() {
        return !cancelledBy.isEmpty();
    }

    void end(Transaction.Result result) {
        become(with(
                result.step(),
                result.outcome().word(),
                result.modules(),
                Optional.of(result.outcome()),
                result.reason(),
                result.outcome() == Outcome.COMMITTED ? result.generation() : 0));
        ended.countDown();
    }

    private Deployment with(
            Step step, String progress, List<ModuleStep> modules, Optional<Outcome> outcome, String reason, int to) {
        return new Deployment(
                state.id(),
                state.name(),
                state.who(),
                state.submitted(),
                step,
                progress,
                modules,
                outcome,
                reason,
                state.fromGeneration(),
                to);
    }

    private void become(Deployment next) {
        state = next;
        listener.accept(next);
    }
}
