/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowStatus.StageStatus;
import io.bascule.api.module.ModuleException;
import io.bascule.core.flow.definition.FlowDefinition;
import io.bascule.core.flow.definition.FlowDefinition.RetryRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a stage: takes from the queue, puts batches together, hands them to the step, retries, runs timers. Ends
 * when its queue ends, and closes the step on its own thread, because what the step holds is confined to it.
 */
final class StageWorker {

    /** WebAssembly calls recurse on the Java stack; set so that the bound is the same on every JVM and platform. */
    static final long STACK_BYTES = 1024 * 1024;

    /** Looks at its step at least so often, whatever else happens. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(StageWorker.class);

    private final String label;
    private final FlowDefinition.Stage definition;
    private final BatchQueue queue;
    private final Step step;
    private final StageCounters counters;
    private final Outlet outlet;
    private final Merger merger;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean isAbandoned;

    StageWorker(
            String flow,
            FlowDefinition.Stage definition,
            BatchQueue queue,
            Step step,
            Outlet outlet,
            StageCounters counters) {
        this.label = flow + "/" + definition.id();
        this.definition = definition;
        this.queue = queue;
        this.step = step;
        this.outlet = outlet;
        this.counters = counters;
        this.merger = new Merger(definition.batch());
        this.thread = new Thread(null, this::run, "bascule-flow-" + flow + "-" + definition.id(), STACK_BYTES);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Step step() {
        return step;
    }

    BatchQueue queue() {
        return queue;
    }

    String id() {
        return definition.id();
    }

    /** Waits until the thread has ended; returns whether it has. */
    boolean awaitEnd(long untilNanos) throws InterruptedException {
        return ended.await(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    /** Returns whether this is the stage's thread. */
    boolean isOnThread() {
        return Thread.currentThread() == thread;
    }

    /** Ends the drain: what has not been handed to the step yet is dropped and counted. */
    void abandon() {
        isAbandoned = true;
        queue.close();
    }

    /** Last resort for a stage that does not come back. */
    void interrupt() {
        thread.interrupt();
    }

    private void run() {
        try {
            loop();
        } catch (InterruptedException e) {
            // Only the end of the flow interrupts; what is left is counted below.
            LOG.warn("stage={} was interrupted before it had worked off its queue", label);
        } finally {
            queue.close();
            counters.dropped.add(merger.size());
            try {
                step.close();
            } catch (RuntimeException | LinkageError e) {
                LOG.warn("stage={} did not close", label, e);
            } finally {
                ended.countDown();
            }
        }
    }

    private void loop() throws InterruptedException {
        List<Object> items = new ArrayList<>();
        boolean hasMore = true;
        while (hasMore) {
            step.boundary();
            if (!step.isReady()) {
                if (queue.isEnding()) {
                    return;
                }
                queue.awaitWake(System.nanoTime() + LOOK_NANOS);
                continue;
            }
            long now = System.nanoTime();
            long until = earliest(now, step.timerDueNanos(), merger.dueNanos());
            items.clear();
            hasMore = queue.take(items, merger.room(), until);
            for (Object item : items) {
                take(item);
            }
            while (merger.size() > 0 && (!hasMore || merger.isDue(System.nanoTime()))) {
                handle(merger.take(step.sizeMax()));
            }
            runTimers();
        }
    }

    private static long earliest(long now, long timerDue, long mergeDue) {
        long left = LOOK_NANOS;
        if (timerDue != Step.NO_TIMER) {
            left = Math.min(left, timerDue - now);
        }
        if (mergeDue != Step.NO_TIMER) {
            left = Math.min(left, mergeDue - now);
        }
        return now + left;
    }

    private void take(Object item) throws InterruptedException {
        if (item instanceof Batch batch) {
            merger.add(batch, System.nanoTime());
            return;
        }
        // What came before the message goes before it.
        while (merger.size() > 0) {
            handle(merger.take(step.sizeMax()));
        }
        handle((Message) item);
    }

    private void handle(Batch batch) throws InterruptedException {
        boolean isTaken = !isAbandoned && attempt(() -> step.accept(batch));
        if (!isTaken) {
            counters.dropped.add(step.giveUp(batch));
        }
    }

    private void handle(Message message) throws InterruptedException {
        boolean isTaken = !isAbandoned && attempt(() -> step.acceptMessage(message));
        if (!isTaken) {
            step.giveUp(message);
            counters.messagesDropped.increment();
        }
    }

    @FunctionalInterface
    private interface Call {
        Step.Outcome run() throws Exception;
    }

    /** Makes a call until it succeeds, its retries are used up, or the flow ends. */
    private boolean attempt(Call call) throws InterruptedException {
        int failures = 0;
        while (true) {
            Optional<Throwable> failure;
            try {
                if (timed(call) == Step.Outcome.DONE) {
                    return true;
                }
                failure = Optional.empty();
            } catch (InterruptedException e) {
                throw e;
            } catch (Throwable e) {
                // Whatever a stage throws must not end its thread: the flow would stand still without a word.
                failure = Optional.of(e);
            }
            if (failure.isEmpty()) {
                if (!hold()) {
                    return false;
                }
            } else {
                failures++;
                note(failure.get());
                if (failures > definition.retry().attempts() || !pauseAfter(failure.get())) {
                    return false;
                }
                step.boundary();
            }
        }
    }

    private Step.Outcome timed(Call call) throws Exception {
        long start = System.nanoTime();
        long heldBack = outlet.heldBackNanos();
        try {
            return call.run();
        } finally {
            counters.busyNanos.add(System.nanoTime() - start - (outlet.heldBackNanos() - heldBack));
        }
    }

    private void note(Throwable failure) {
        if (counters.faults.sum() == 0) {
            LOG.warn("stage={} failed; further faults are counted and shown by its status", label, failure);
        }
        counters.fault(failure);
    }

    /** Waits until the step is ready again; false when the flow ends before. */
    private boolean hold() throws InterruptedException {
        step.boundary();
        while (!step.isReady()) {
            if (queue.isEnding()) {
                return false;
            }
            queue.awaitWake(System.nanoTime() + LOOK_NANOS);
            step.boundary();
        }
        return true;
    }

    /** Waits as long as the failure and the rule say; false when trying again is no use or the flow ends. */
    private boolean pauseAfter(Throwable failure) throws InterruptedException {
        RetryRule rule = definition.retry();
        Duration wait;
        if (failure instanceof ModuleException module) {
            if (module.retryAfter().isEmpty()) {
                return false;
            }
            wait = module.retryAfter().get();
        } else if (failure instanceof FlowException) {
            wait = rule.waitMax();
        } else {
            return false;
        }
        Duration bounded = wait.compareTo(rule.waitMax()) > 0 ? rule.waitMax() : wait;
        long until = System.nanoTime() + bounded.toNanos();
        boolean goesOn = true;
        while (goesOn && !step.isSummoned() && System.nanoTime() - until < 0) {
            goesOn = queue.pause(until);
        }
        return goesOn;
    }

    private void runTimers() throws InterruptedException {
        long due = step.timerDueNanos();
        if (due == Step.NO_TIMER || System.nanoTime() - due < 0) {
            return;
        }
        try {
            timed(() -> {
                step.runTimers();
                return Step.Outcome.DONE;
            });
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            note(e);
        }
    }

    /** Returns how the stage is doing. */
    StageStatus status() {
        BatchQueue.Counts counts = queue.counts();
        return new StageStatus(
                definition.id(),
                definition.type(),
                step.module(),
                counts.waiting(),
                queue.capacity(),
                queue.overflow(),
                counts.accepted(),
                counters.out.sum(),
                counts.dropped() + counters.dropped.sum(),
                counters.faults.sum(),
                counters.lastFault(),
                counters.busyNanos.sum());
    }

    /** Returns how many messages nobody took. */
    long messagesDropped() {
        return queue.counts().messagesDropped() + counters.messagesDropped.sum();
    }
}
