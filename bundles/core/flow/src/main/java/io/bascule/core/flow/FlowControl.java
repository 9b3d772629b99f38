/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowStatus.StageStatus;
import io.bascule.api.flow.FlowStatus.State;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.core.flow.definition.FlowDefinition;
import io.bascule.core.flow.definition.FlowParser;
import io.bascule.core.flow.definition.GraphCheck;
import io.bascule.core.flow.definition.Problem;
import io.bascule.core.flow.definition.Problem.Severity;
import io.bascule.core.flow.definition.Surroundings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what runs: compares the documents with what is installed and what people want, and opens and closes flows. All
 * methods but {@link #flows()}, {@link #open()}, {@link #surroundings()} and {@link #release} are called by the control thread
 * only.
 */
final class FlowControl {

    private static final Logger LOG = LoggerFactory.getLogger(FlowControl.class);

    private final RunningFlow.Parts parts;
    private final StageTypes types;
    private final ModuleDirectory modules;
    private final FlowWishes wishes;
    private final TrafficControl traffic;
    private final ConcurrentSkipListMap<String, ManagedFlow> flows = new ConcurrentSkipListMap<>();
    private final IdentityHashMap<FlowDocument, FlowParser> parsed = new IdentityHashMap<>();

    /** Whether the engine has ended: a look that was asked for before must not open again what nobody would close. */
    private boolean isEnded;

    FlowControl(
            RunningFlow.Parts parts,
            StageTypes types,
            ModuleDirectory modules,
            FlowWishes wishes,
            TrafficControl traffic) {
        this.parts = parts;
        this.types = types;
        this.modules = modules;
        this.wishes = wishes;
        this.traffic = traffic;
    }

    /** Returns the flows in the order of their names. Any thread. */
    Collection<ManagedFlow> flows() {
        return flows.values();
    }

    /** Returns the names of the flows that have not been closed. Any thread. */
    List<String> open() {
        return flows.values().stream()
                .filter(flow -> flow.isOpen)
                .map(flow -> flow.name)
                .toList();
    }

    @Nullable
    ManagedFlow find(String name) {
        return flows.get(name);
    }

    /** Returns what flows can name now; lists are made once and when asked for. Any thread. */
    Surroundings surroundings() {
        ChannelRegistry registry = parts.channels();
        return new Surroundings() {
            private @Nullable List<Channel> channels;

            @Override
            public Optional<StageFactory> findType(String type) {
                return types.find(type);
            }

            @Override
            public Set<String> typeNames() {
                return types.names();
            }

            @Override
            public List<ModuleDescriptor> modules() {
                return modules.descriptors();
            }

            @Override
            public List<Channel> channels() {
                List<Channel> known = channels;
                if (known == null) {
                    known = registry.list();
                    channels = known;
                }
                return known;
            }
        };
    }

    /** Makes what runs what the documents say. */
    void reconcile(List<FlowDocument> documents, Duration drain) {
        if (isEnded) {
            return;
        }
        parsed.keySet().retainAll(documents);
        Map<String, FlowDocument> named = new LinkedHashMap<>();
        Map<String, String> ignored = new LinkedHashMap<>();
        for (FlowDocument document : documents) {
            FlowParser parser = parsed.computeIfAbsent(document, d -> new FlowParser(d.text()));
            String name = name(document, parser);
            if (named.putIfAbsent(name, document) != null) {
                ignored.put(name, document.origin());
            }
        }
        for (ManagedFlow flow : flows.values()) {
            if (!named.containsKey(flow.name)) {
                close(flow, drain);
                flows.remove(flow.name);
                LOG.info("flow={} is gone: its document was removed", flow.name);
            }
        }
        Surroundings now = surroundings();
        named.forEach((name, document) -> {
            ManagedFlow flow = flows.computeIfAbsent(name, n -> new ManagedFlow(n, document));
            judge(flow, document, now, drain);
            if (ignored.containsKey(name)) {
                flow.reason = "another document with this name is ignored: " + ignored.get(name);
            }
        });
    }

    /** The flow's name; while the document does not say it, the file's, so that people find the flow they are writing. */
    private static String name(FlowDocument document, FlowParser parser) {
        FlowDefinition definition = parser.definition();
        if (definition != null && !definition.name().isEmpty()) {
            return definition.name();
        }
        Path file = Path.of(document.origin()).getFileName();
        return String.valueOf(file).replaceFirst("\\.json$", "");
    }

    private void judge(ManagedFlow flow, FlowDocument document, Surroundings now, Duration drain) {
        FlowParser parser = parsed.computeIfAbsent(document, d -> new FlowParser(d.text()));
        FlowDefinition definition = parser.definition();
        boolean isChanged = !document.text().equals(flow.judgedText);
        if (flow.isOpen && !isChanged && definition != null) {
            if (wishes.isWanted(flow.name, definition.isEnabled())) {
                tend(flow, drain);
            } else {
                stop(flow, drain);
            }
            return;
        }
        List<Problem> problems = parser.problems(definition == null ? List.of() : GraphCheck.check(definition, now));
        flow.document = document;
        String wrong = describe(problems, Severity.WRONG);
        if (definition == null || !wrong.isEmpty()) {
            reject(flow, wrong);
            return;
        }
        if (flow.isOpen) {
            // Said first: who sees the new graph must not see the state of the old one with it.
            become(flow, State.WAITING, "it restarts with the changed document");
            close(flow, drain);
        }
        flow.definition = definition;
        flow.judgedText = document.text();
        String missing = describe(problems, Severity.MISSING);
        if (!wishes.isWanted(flow.name, definition.isEnabled())) {
            become(flow, State.STOPPED, "");
        } else if (!missing.isEmpty()) {
            become(flow, State.WAITING, missing);
        } else {
            open(flow, definition, describe(problems, Severity.DOUBTFUL));
            tend(flow, drain);
        }
    }

    /** A flow that runs is not stopped by a slip in its document: what ran goes on until the document is right again. */
    private void reject(ManagedFlow flow, String wrong) {
        if (flow.isOpen) {
            become(flow, flow.state, "the changed document is wrong and not used, what ran before goes on: " + wrong);
        } else {
            flow.judgedText = "";
            become(flow, State.INVALID, wrong);
        }
    }

    static String describe(List<Problem> problems, Severity severity) {
        return problems.stream()
                .filter(problem -> problem.severity() == severity)
                .map(problem -> (problem.path().isEmpty() ? "" : problem.path() + ": ") + problem.message())
                .collect(Collectors.joining("; "));
    }

    private static void become(ManagedFlow flow, State state, String reason) {
        if (flow.state != state || !flow.reason.equals(reason)) {
            LOG.info("flow={} state={} {}", flow.name, state, reason);
        }
        flow.reason = reason;
        flow.state = state;
    }

    private void open(ManagedFlow flow, FlowDefinition definition, String remark) {
        try {
            flow.last = RunningFlow.open(definition, parts);
            flow.lastDefinition = definition;
            flow.isOpen = true;
            become(flow, State.WAITING, remark);
        } catch (FlowException | RuntimeException e) {
            flow.judgedText = "";
            become(flow, State.WAITING, "it cannot be opened now and is tried again: " + e.getMessage());
        }
    }

    /** Fills slots, exchanges versions, and starts the sources once every slot is filled. */
    private void tend(ManagedFlow flow, Duration drain) {
        RunningFlow graph = flow.last;
        if (!flow.isOpen || graph == null) {
            return;
        }
        boolean isFilled = true;
        for (Slot slot : graph.slots()) {
            traffic.tend(slot);
            isFilled &= slot.hasInstance();
        }
        if (!isFilled || graph.hasStartedSources()) {
            return;
        }
        try {
            graph.startSources();
            become(flow, State.RUNNING, flow.reason);
        } catch (FlowException | RuntimeException e) {
            close(flow, drain);
            flow.judgedText = "";
            become(flow, State.WAITING, "it cannot be started now and is tried again: " + e.getMessage());
        }
    }

    private void stop(ManagedFlow flow, Duration drain) {
        close(flow, drain);
        become(flow, State.STOPPED, "");
    }

    private static void close(ManagedFlow flow, Duration drain) {
        RunningFlow graph = flow.last;
        if (flow.isOpen && graph != null) {
            graph.quiesce();
            finish(flow, graph, System.nanoTime() + drain.toNanos());
        }
    }

    private static void finish(ManagedFlow flow, RunningFlow graph, long untilNanos) {
        try {
            graph.drain(untilNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("flow={} was interrupted while it drained", flow.name);
        } finally {
            flow.isOpen = false;
        }
    }

    /** Stops all flows within one drain time: all sources first. */
    void closeAll(Duration drain) {
        isEnded = true;
        Map<ManagedFlow, Long> open = new LinkedHashMap<>();
        for (ManagedFlow flow : flows.values()) {
            RunningFlow graph = flow.last;
            if (flow.isOpen && graph != null) {
                open.put(flow, dropped(flow));
                graph.quiesce();
            }
        }
        long until = System.nanoTime() + drain.toNanos();
        open.forEach((flow, before) -> {
            RunningFlow graph = flow.last;
            if (graph != null) {
                finish(flow, graph, until);
                LOG.info(
                        "flow={} ended with the engine; readings dropped by that: {}",
                        flow.name,
                        dropped(flow) - before);
            }
        });
    }

    private static long dropped(ManagedFlow flow) {
        return flow.status().stages().stream()
                .mapToLong(StageStatus::readingsDropped)
                .sum();
    }

    /** Sets and stores whether a flow is to run; the next reconcile makes it so. */
    void wish(String name, boolean isWanted) throws FlowException {
        if (isEnded) {
            throw new FlowException("flow '" + name + "' is not started or stopped: the flow engine has ended");
        }
        ManagedFlow flow = flows.get(name);
        if (flow == null) {
            throw new FlowException("there is no flow '" + name + "'; the flows are "
                    + (flows.isEmpty() ? "none" : String.join(", ", flows.keySet())));
        }
        FlowDefinition definition = flow.definition;
        if (isWanted && (definition == null || flow.state == State.INVALID)) {
            throw new FlowException("flow '" + name + "' cannot be started, its document is wrong: " + flow.reason);
        }
        wishes.set(name, isWanted, definition == null || definition.isEnabled());
    }

    /** Closes the flows that use a factory which goes away; they wait for it. */
    void withdraw(StageFactory factory, Duration drain) {
        for (ManagedFlow flow : flows.values()) {
            RunningFlow graph = flow.last;
            if (flow.isOpen && graph != null && graph.usesFactory(factory)) {
                close(flow, drain);
                flow.judgedText = "";
                become(flow, State.WAITING, "a stage type that it uses has gone");
            }
        }
    }

    /** Tells every worker to look at its slot, and returns the flows that still hold {@code handle}. Any thread. */
    List<RunningFlow> release(ModuleDirectory.Handle handle) {
        List<RunningFlow> holding = new ArrayList<>();
        for (ManagedFlow flow : flows.values()) {
            RunningFlow graph = flow.last;
            if (flow.isOpen && graph != null && graph.isHeldElsewhere(handle)) {
                graph.wake();
                holding.add(graph);
            }
        }
        return holding;
    }
}
