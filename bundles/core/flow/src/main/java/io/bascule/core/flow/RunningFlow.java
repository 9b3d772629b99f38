/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowStatus.StageStatus;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageFactory.Role;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.core.flow.definition.FlowDefinition;
import io.bascule.core.flow.definition.FlowDefinition.Channels;
import io.bascule.core.flow.definition.FlowDefinition.Custom;
import io.bascule.core.flow.definition.FlowDefinition.ModuleUse;
import io.bascule.core.flow.definition.GraphCheck;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stages of one flow with their queues and threads. Built and started by the control thread; sources start last and only
 * when every slot is filled, and stop first.
 */
final class RunningFlow {

    private static final Logger LOG = LoggerFactory.getLogger(RunningFlow.class);

    /** What a stage that ran out of drain time gets to end, and again when it was interrupted. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final String name;
    private final List<StageWorker> workers = new ArrayList<>();
    private final Map<String, StageFactory> factoriesInUse = new HashMap<>();
    private boolean hasStartedSources;

    /**
     * What stages are made of.
     *
     * @param channels the process image
     * @param alerts takes the alerts of modules
     * @param types finds stage types
     * @param clock tells when a frame came that does not say so itself
     * @param desks finds what holds for the stages of a module
     */
    record Parts(
            ChannelRegistry channels,
            AlertRegistry alerts,
            Function<String, Optional<StageFactory>> types,
            Clock clock,
            Function<String, Desk> desks) {}

    /**
     * Opens all stages and starts their workers, but no source.
     *
     * @throws FlowException when a stage cannot be opened now; nothing is left running
     */
    static RunningFlow open(FlowDefinition flow, Parts parts) throws FlowException {
        RunningFlow running = new RunningFlow(flow.name());
        List<FlowDefinition.Stage> stages = GraphCheck.inOrder(flow);
        try {
            running.build(flow, stages, parts);
        } catch (FlowException | RuntimeException e) {
            running.workers.forEach(worker -> worker.step().close());
            throw e;
        }
        running.workers.forEach(StageWorker::start);
        return running;
    }

    private RunningFlow(String name) {
        this.name = name;
    }

    private void build(FlowDefinition flow, List<FlowDefinition.Stage> stages, Parts parts) throws FlowException {
        Map<String, BatchQueue> queues = new HashMap<>();
        for (FlowDefinition.Stage stage : stages) {
            queues.put(stage.id(), new BatchQueue(stage.queueCapacity(), stage.overflow()));
        }
        for (FlowDefinition.Stage stage : stages) {
            List<BatchQueue> targets = new ArrayList<>();
            for (FlowDefinition.Edge edge : flow.edges()) {
                if (edge.from().equals(stage.id())) {
                    targets.add(queue(queues, edge.to()));
                }
            }
            StageCounters counters = new StageCounters();
            Outlet outlet = new Outlet(targets, counters);
            BatchQueue queue = queue(queues, stage.id());
            Step step = step(stage, queue, outlet, counters, parts);
            boolean onlyHandsOn = step instanceof FactoryStep made
                    && made.isSource()
                    && stage.batch().waitTime().isZero();
            if (onlyHandsOn && targets.size() == 1) {
                queue.passTo(targets.get(0), stage.batch().sizeMax(), counters.out);
            }
            workers.add(new StageWorker(name, stage, queue, step, outlet, counters));
        }
    }

    private static BatchQueue queue(Map<String, BatchQueue> queues, String id) {
        BatchQueue queue = queues.get(id);
        if (queue == null) {
            throw new IllegalStateException("no stage '" + id + "'; the definition was not checked");
        }
        return queue;
    }

    private Step step(FlowDefinition.Stage stage, BatchQueue queue, Outlet outlet, StageCounters counters, Parts parts)
            throws FlowException {
        if (stage.content() instanceof ModuleUse use) {
            Slot.Place place = new Slot.Place(
                    name + "/" + stage.id(), parts.channels(), outlet, parts.alerts(), queue, counters, parts.clock());
            return new Slot(place, use, parts.desks().apply(use.name()));
        }
        if (stage.content() instanceof Channels channels) {
            ChannelSource source = new ChannelSource(parts.channels(), channels, new Inlet(queue));
            return new FactoryStep(source, Role.SOURCE, outlet, counters);
        }
        Custom custom = (Custom) stage.content();
        StageFactory factory = parts.types()
                .apply(stage.type())
                .orElseThrow(() -> new FlowException("stage type '" + stage.type() + "' has gone"));
        StageOutput output = factory.role() == Role.SOURCE ? new Inlet(queue) : outlet;
        factoriesInUse.put(stage.type(), factory);
        return new FactoryStep(
                factory.open(name, stage.id(), custom.config(), output), factory.role(), outlet, counters);
    }

    /** What a source sends goes through its own queue, so that its policy and batch rule hold for it too. */
    private record Inlet(BatchQueue queue) implements StageOutput {
        @Override
        public void send(Batch batch) {
            if (!batch.isEmpty()) {
                queue.put(batch);
            }
        }

        @Override
        public void sendMessage(String topic, byte[] payload) {
            queue.put(new Message(topic, payload));
        }
    }

    /** Returns the slots. */
    List<Slot> slots() {
        List<Slot> slots = new ArrayList<>();
        for (StageWorker worker : workers) {
            if (worker.step() instanceof Slot slot) {
                slots.add(slot);
            }
        }
        return slots;
    }

    /** Makes every worker look at its slot. */
    void wake() {
        workers.forEach(worker -> worker.queue().wake());
    }

    /** Returns whether a slot that another thread works for is still filled by {@code handle}. */
    boolean isHeldElsewhere(ModuleDirectory.Handle handle) {
        for (StageWorker worker : workers) {
            if (worker.step() instanceof Slot slot && !worker.isOnThread() && slot.holds(handle)) {
                return true;
            }
        }
        return false;
    }

    boolean usesFactory(StageFactory factory) {
        return factoriesInUse.containsValue(factory);
    }

    /** Returns whether the sources send. */
    boolean hasStartedSources() {
        return hasStartedSources;
    }

    /**
     * Starts all stages, the last ones first, so that a source finds everything behind it ready.
     *
     * @throws FlowException when one cannot start now
     */
    void startSources() throws FlowException {
        hasStartedSources = true;
        for (int i = workers.size() - 1; i >= 0; i--) {
            workers.get(i).step().start();
        }
    }

    /** Stops the sources. */
    void quiesce() {
        for (StageWorker worker : workers) {
            try {
                worker.step().quiesce();
            } catch (RuntimeException | LinkageError e) {
                LOG.warn("stage={}/{} did not stop sending", name, worker.id(), e);
            }
        }
    }

    /**
     * Works off what is queued, stage by stage from the sources on, and ends all threads. What is left at {@code untilNanos} is
     * dropped and counted, as it is when the caller is interrupted.
     */
    void drain(long untilNanos) throws InterruptedException {
        try {
            workOff(untilNanos);
        } catch (InterruptedException e) {
            workers.forEach(StageWorker::abandon);
            workers.forEach(StageWorker::interrupt);
            throw e;
        }
    }

    private void workOff(long untilNanos) throws InterruptedException {
        for (StageWorker worker : workers) {
            worker.queue().end();
            if (!worker.awaitEnd(untilNanos)) {
                break;
            }
        }
        for (StageWorker worker : workers) {
            if (!worker.awaitEnd(System.nanoTime())) {
                worker.abandon();
            }
        }
        long politeUntil = System.nanoTime() + GRACE.toNanos();
        long interruptedUntil = politeUntil + GRACE.toNanos();
        for (StageWorker worker : workers) {
            if (!worker.awaitEnd(politeUntil)) {
                worker.interrupt();
                if (!worker.awaitEnd(interruptedUntil)) {
                    LOG.error("stage={}/{} does not end; its thread is given up", name, worker.id());
                }
            }
        }
    }

    /** Returns how the stages are doing, in the order of the definition. */
    List<StageStatus> statuses(FlowDefinition flow) {
        List<StageStatus> statuses = new ArrayList<>();
        for (FlowDefinition.Stage stage : flow.stages()) {
            workers.stream()
                    .filter(worker -> worker.id().equals(stage.id()))
                    .forEach(worker -> statuses.add(worker.status()));
        }
        return statuses;
    }

    /** Returns what is not as it should be, in words; empty when all is well. */
    String troubles() {
        List<String> troubles = new ArrayList<>();
        for (StageWorker worker : workers) {
            if (worker.step() instanceof Slot slot && !slot.trouble().isEmpty()) {
                troubles.add("stage " + worker.id() + ": " + slot.trouble());
            }
            long messages = worker.messagesDropped();
            if (messages > 0) {
                troubles.add("stage " + worker.id() + ": " + messages + " messages were dropped");
            }
        }
        return String.join("; ", troubles);
    }
}
