/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.core.flow.Step.Outcome;
import io.bascule.core.flow.traffic.Tally.Count;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hands batches and messages to those who work, by the rule, and sees to what happens when one fails: the fallback gets the
 * same again, of a divided batch only what is not done yet is tried again. Confined to the worker.
 */
final class Dispatcher {

    /** How long a shadow that could not be brought in step is left alone. */
    private static final long STEP_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final StageCounters counters;
    private final BatchQueue queue;
    private final Frames frames = new Frames();

    /** The batch or message that is being worked on, when it is not done with the first call. */
    private @Nullable Object begun;

    private @Nullable Roster begunWith;
    private final @Nullable Batch[] parts = new @Nullable Batch[TrafficRule.VERSIONS_MAX];
    private int picked;

    private @Nullable Roster shadowedIn;
    private Frames shadowFrames = new Frames();
    private boolean isOutOfStep;
    private long stepNotBefore;

    Dispatcher(StageCounters counters, BatchQueue queue) {
        this.counters = counters;
        this.queue = queue;
    }

    Outcome accept(Roster now, Batch batch) throws Exception {
        LiveVersion only = now.only;
        if (only != null && begun == null && batch.size() <= now.sizeMax) {
            return handOver(now, only, batch);
        }
        return divided(now, batch);
    }

    Outcome accept(Roster now, Message message) throws Exception {
        if (begun != message || begunWith != now) {
            begun = message;
            begunWith = now;
            picked = now.routed.length == 0 ? 0 : now.divider.pick(message.topic);
        }
        LiveVersion version = picked < now.routed.length ? now.routed[picked] : null;
        Outcome outcome = handOver(now, version, message);
        if (outcome == Outcome.DONE) {
            begun = null;
        }
        return outcome;
    }

    /** Returns how many readings of a batch, which is given up, nobody has taken; forgets it. */
    int giveUp(Batch batch) {
        if (begun != batch) {
            return batch.size();
        }
        begun = null;
        int left = 0;
        for (Batch part : parts) {
            left += part == null ? 0 : part.size();
        }
        return left;
    }

    /** Forgets a message that is given up. */
    void giveUp(Message message) {
        begun = begun == message ? null : begun;
    }

    /** Every part is tried before a failure is told, so that one version's fault does not keep the others from working. */
    private Outcome divided(Roster now, Batch batch) throws Exception {
        if (begun != batch || begunWith != now) {
            Batch rest = begun == batch ? rest() : batch;
            Arrays.fill(parts, null);
            begun = batch;
            begunWith = now;
            now.divider.divide(rest, parts);
        }
        Exception failure = null;
        Outcome outcome = Outcome.DONE;
        for (int i = 0; i < parts.length; i++) {
            try {
                outcome = workOff(now, i) == Outcome.HELD ? Outcome.HELD : outcome;
            } catch (ModuleException | RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        if (outcome == Outcome.DONE) {
            begun = null;
        }
        return outcome;
    }

    /** Works off a part, in pieces when it was cut for others than those who work now. */
    private Outcome workOff(Roster now, int i) throws ModuleException {
        Batch part = parts[i];
        while (part != null) {
            int size = Math.min(part.size(), now.sizeMax);
            LiveVersion version = i < now.routed.length ? now.routed[i] : null;
            if (handOver(now, version, part.slice(0, size)) == Outcome.HELD) {
                return Outcome.HELD;
            }
            part = size == part.size() ? null : part.slice(size, part.size() - size);
            parts[i] = part;
        }
        return Outcome.DONE;
    }

    /** What is left of a divided batch. A channel is in one part only, so its order stays. */
    private Batch rest() {
        Batch.Builder rest = Batch.builder(1);
        for (Batch part : parts) {
            if (part != null) {
                rest.addAll(part);
            }
        }
        return rest.build();
    }

    /** A call that fails because its module went away is held: nothing that it emitted has left, so it can be made again. */
    private Outcome handOver(Roster now, @Nullable LiveVersion version, Object item) throws ModuleException {
        LiveVersion fallback = now.fallback;
        boolean hasFallback = fallback != null && !fallback.isGone() && fallback != version;
        if (version == null || version.isGone()) {
            return hasFallback ? standIn(fallback, now, item, null) : Outcome.HELD;
        }
        LiveVersion candidate = now.candidate;
        boolean isShadowed = candidate != null && isInStep(now, version, candidate);
        try {
            version.run(item, frames, now.deadlineNanos);
        } catch (Throwable e) {
            if (version.isGone()) {
                frames.rollBack();
                version.output().clear();
                return Outcome.HELD;
            }
            if (!hasFallback) {
                version.abandon();
                throw e;
            }
            version.output().clear();
            frames.rollBack();
            counters.fault(e);
            return standIn(fallback, now, item, version);
        }
        version.output().release();
        if (isShadowed) {
            shadow(now, version, candidate, item);
        }
        version.output().clear();
        return Outcome.DONE;
    }

    /** What is counted is counted before the outputs leave: who sees them finds them in the figures. */
    private Outcome standIn(@Nullable LiveVersion fallback, Roster now, Object item, @Nullable LiveVersion failed)
            throws ModuleException {
        if (fallback == null) {
            return Outcome.HELD;
        }
        try {
            fallback.run(item, frames, now.deadlineNanos);
        } catch (Throwable e) {
            if (fallback.isGone()) {
                frames.rollBack();
                fallback.output().clear();
                return Outcome.HELD;
            }
            fallback.abandon();
            throw e;
        }
        if (failed != null) {
            failed.countFallback();
        }
        fallback.output().release();
        fallback.output().clear();
        return Outcome.DONE;
    }

    /**
     * Returns whether the candidate is to see what comes next. It is left out while the stage lags behind, so that its
     * slowness costs the active version's results nothing; then it gets the active version's state before it goes on.
     */
    private boolean isInStep(Roster now, LiveVersion active, LiveVersion candidate) {
        if (candidate.isGone()) {
            return false;
        }
        if (shadowedIn != now) {
            shadowedIn = now;
            shadowFrames = frames.copy();
            isOutOfStep = false;
        }
        if (queue.isHalfFull()) {
            isOutOfStep = true;
            return false;
        }
        if (!isOutOfStep) {
            return true;
        }
        if (System.nanoTime() - stepNotBefore < 0) {
            return false;
        }
        try {
            byte[] state = active.snapshot();
            if (state.length > 0) {
                candidate.restore(state);
            }
            shadowFrames = frames.copy();
            isOutOfStep = false;
            return true;
        } catch (ModuleException | RuntimeException | LinkageError | StackOverflowError e) {
            candidate.tally().failed(e);
            stepNotBefore = System.nanoTime() + STEP_WAIT_NANOS;
            return false;
        }
    }

    private void shadow(Roster now, LiveVersion active, @Nullable LiveVersion candidate, Object item) {
        if (candidate == null) {
            return;
        }
        try {
            candidate.run(item, shadowFrames, now.deadlineNanos);
            candidate.tally().add(Count.COMPARED, 1);
            if (!active.output().isAlike(candidate.output(), now.comparison)) {
                candidate.tally().add(Count.DIFFERENT, 1);
            }
        } catch (Throwable e) {
            // Whatever a candidate throws is its own affair, and counted as such: the active version has done the work.
            isOutOfStep = true;
        } finally {
            candidate.output().clear();
        }
    }
}
