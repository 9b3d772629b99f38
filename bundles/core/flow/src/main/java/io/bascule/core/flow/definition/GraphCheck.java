/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.definition;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageFactory.Role;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.World;
import io.bascule.api.security.NamePattern;
import io.bascule.core.flow.definition.FlowDefinition.Channels;
import io.bascule.core.flow.definition.FlowDefinition.Custom;
import io.bascule.core.flow.definition.FlowDefinition.Edge;
import io.bascule.core.flow.definition.FlowDefinition.ModuleUse;
import io.bascule.core.flow.definition.FlowDefinition.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.osgi.framework.Version;

/** Checks what the stages of a flow name and how they are connected. */
public final class GraphCheck {

    private final FlowDefinition flow;
    private final Surroundings surroundings;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Integer> indexes = new LinkedHashMap<>();

    private GraphCheck(FlowDefinition flow, Surroundings surroundings) {
        this.flow = flow;
        this.surroundings = surroundings;
        for (int i = 0; i < flow.stages().size(); i++) {
            indexes.putIfAbsent(flow.stages().get(i).id(), i);
        }
    }

    /** Returns all problems, in no particular order. */
    public static List<Problem> check(FlowDefinition flow, Surroundings surroundings) {
        GraphCheck check = new GraphCheck(flow, surroundings);
        for (int i = 0; i < flow.stages().size(); i++) {
            check.checkContent(flow.stages().get(i), "/stages/" + i);
        }
        check.checkEdges();
        check.checkReach();
        check.checkCycle();
        return check.problems;
    }

    /** Returns the stages so that each comes after all that send to it. The flow has no cycle. */
    public static List<Stage> inOrder(FlowDefinition flow) {
        List<Stage> ordered = new ArrayList<>();
        Set<String> done = new HashSet<>();
        while (ordered.size() < flow.stages().size()) {
            int before = ordered.size();
            for (Stage stage : flow.stages()) {
                boolean isNext = !done.contains(stage.id())
                        && flow.edges().stream().allMatch(e -> !e.to().equals(stage.id()) || done.contains(e.from()));
                if (isNext) {
                    done.add(stage.id());
                    ordered.add(stage);
                }
            }
            if (ordered.size() == before) {
                throw new IllegalArgumentException("flow '" + flow.name() + "' has a cycle");
            }
        }
        return ordered;
    }

    private void checkContent(Stage stage, String path) {
        if (stage.content() instanceof Channels channels) {
            checkChannels(channels, path);
        } else if (stage.content() instanceof ModuleUse use) {
            checkModule(use, path);
        } else if (stage.content() instanceof Custom custom && !stage.type().isEmpty()) {
            checkType(stage, custom, path);
        }
    }

    private void checkType(Stage stage, Custom custom, String path) {
        Optional<StageFactory> factory = surroundings.findType(stage.type());
        if (factory.isEmpty()) {
            Set<String> types = new TreeSet<>(surroundings.typeNames());
            types.add(FlowParser.CHANNELS_TYPE);
            types.add(FlowParser.MODULE_TYPE);
            problems.add(Problem.missing(
                    path + "/type",
                    "stage type '" + stage.type() + "' is unknown; installed are " + String.join(", ", types)
                            + Fields.suggestion(stage.type(), types)));
            return;
        }
        for (FlowProblem problem : factory.get().validate(custom.config())) {
            problems.add(Problem.wrong(path + "/config" + problem.path(), problem.message()));
        }
    }

    private void checkModule(ModuleUse use, String path) {
        if (use.name().isEmpty()) {
            return;
        }
        List<ModuleDescriptor> all = surroundings.modules();
        List<ModuleDescriptor> named =
                all.stream().filter(m -> m.name().equals(use.name())).toList();
        if (named.isEmpty()) {
            Set<String> names = all.stream().map(ModuleDescriptor::name).collect(Collectors.toCollection(TreeSet::new));
            problems.add(Problem.missing(
                    path + "/module",
                    "module '" + use.name() + "' is not ready; ready are "
                            + (names.isEmpty() ? "none" : String.join(", ", names))
                            + Fields.suggestion(use.name(), names)
                            + "; install and start it"));
            return;
        }
        List<ModuleDescriptor> fitting = fitting(use, named);
        if (fitting.isEmpty()) {
            String versions = named.stream().map(ModuleDescriptor::version).collect(Collectors.joining(", "));
            problems.add(Problem.missing(
                    path + "/version",
                    "module '" + use.name() + "' is ready in version " + versions + "; expected one in "
                            + use.versions()));
        } else if (fitting.stream().allMatch(m -> m.world() == World.DRIVER)) {
            problems.add(Problem.wrong(
                    path + "/module",
                    "module '" + use.name() + "' is a driver; a flow takes modules of world processor or decoder"));
        }
    }

    private static List<ModuleDescriptor> fitting(ModuleUse use, List<ModuleDescriptor> modules) {
        return modules.stream()
                .filter(m -> m.name().equals(use.name()) && use.versions().includes(Version.parseVersion(m.version())))
                .toList();
    }

    private void checkChannels(Channels channels, String path) {
        List<Channel> all = surroundings.channels();
        for (int i = 0; i < channels.patterns().size(); i++) {
            NamePattern pattern = channels.patterns().get(i);
            if (all.stream().anyMatch(c -> pattern.matches(c.name()))) {
                continue;
            }
            String at = path + "/channels/" + i;
            if (pattern.text().contains("*")) {
                problems.add(Problem.doubtful(
                        at, "pattern '" + pattern + "' matches no channel now; channels that come later are included"));
            } else if (!channels.isOptional()) {
                Set<String> names = all.stream().map(Channel::name).collect(Collectors.toSet());
                problems.add(Problem.missing(
                        at,
                        "there is no channel '" + pattern + "'" + Fields.suggestion(pattern.text(), names)
                                + "; add it to a device, or set \"optional\": true to start without it"));
            }
        }
    }

    private void checkEdges() {
        Set<Edge> seen = new HashSet<>();
        for (int i = 0; i < flow.edges().size(); i++) {
            Edge edge = flow.edges().get(i);
            String path = "/edges/" + i;
            boolean isFromKnown = checkEnd(edge.from(), path + "/from");
            boolean isToKnown = checkEnd(edge.to(), path + "/to");
            if (!isFromKnown || !isToKnown) {
                continue;
            }
            if (!seen.add(edge)) {
                problems.add(Problem.wrong(
                        path,
                        "the edge from '" + edge.from() + "' to '" + edge.to()
                                + "' stands twice; every batch would arrive" + " twice"));
            }
            if (role(stage(edge.from())) == Role.SINK) {
                problems.add(Problem.wrong(
                        path + "/from",
                        "stage '" + edge.from() + "' of type "
                                + stage(edge.from()).type() + " is a sink and sends nothing; take away the edge"));
            }
            if (role(stage(edge.to())) == Role.SOURCE) {
                problems.add(Problem.wrong(
                        path + "/to",
                        "stage '" + edge.to() + "' of type " + stage(edge.to()).type()
                                + " is a source and takes nothing; take away the edge"));
            }
            checkData(edge, path);
        }
    }

    private boolean checkEnd(String id, String path) {
        if (id.isEmpty() || indexes.containsKey(id)) {
            return !id.isEmpty();
        }
        problems.add(Problem.wrong(
                path,
                "there is no stage '" + id + "'; the stages are " + String.join(", ", indexes.keySet())
                        + Fields.suggestion(id, indexes.keySet())));
        return false;
    }

    private Stage stage(String id) {
        return flow.stages().get(indexes.getOrDefault(id, 0));
    }

    /** Where the stage may stand; STAGE while its type is not known, which allows everything. */
    private Role role(Stage stage) {
        if (stage.content() instanceof Channels) {
            return Role.SOURCE;
        }
        return surroundings.findType(stage.type()).map(StageFactory::role).orElse(Role.STAGE);
    }

    /** A decoder takes bytes: an edge that can only bring numbers into it is a mistake. */
    private void checkData(Edge edge, String path) {
        Stage to = stage(edge.to());
        if (!(to.content() instanceof ModuleUse use)) {
            return;
        }
        List<ModuleDescriptor> fitting = fitting(use, surroundings.modules());
        boolean isDecoder = !fitting.isEmpty() && fitting.stream().allMatch(m -> m.world() == World.DECODER);
        if (!isDecoder) {
            return;
        }
        Set<ValueKind> brought = kinds(edge.from(), new HashSet<>());
        if (!brought.isEmpty() && !brought.contains(ValueKind.BYTES)) {
            problems.add(Problem.wrong(
                    path,
                    "stage '" + to.id() + "' is filled by decoder module '" + use.name()
                            + "', which takes frames of bytes,"
                            + " but stage '" + edge.from() + "' brings only readings of type "
                            + brought.stream().map(ValueKind::word).sorted().collect(Collectors.joining(", "))));
        }
    }

    /** Which kinds of values come out of a stage; empty when that is not known, as for modules, which also send messages. */
    private Set<ValueKind> kinds(String id, Set<String> visited) {
        Stage stage = stage(id);
        if (!visited.add(id)) {
            return Set.of();
        }
        if (stage.content() instanceof Channels channels) {
            return surroundings.channels().stream()
                    .filter(c -> channels.patterns().stream().anyMatch(p -> p.matches(c.name())))
                    .map(Channel::kind)
                    .collect(Collectors.toSet());
        }
        boolean isRule = surroundings
                .findType(stage.type())
                .filter(PassesReadings.class::isInstance)
                .isPresent();
        if (!isRule) {
            return Set.of();
        }
        Set<ValueKind> kinds = new HashSet<>();
        for (Edge edge : flow.edges()) {
            if (edge.to().equals(id) && indexes.containsKey(edge.from())) {
                Set<ValueKind> before = kinds(edge.from(), visited);
                if (before.isEmpty()) {
                    return Set.of();
                }
                kinds.addAll(before);
            }
        }
        return kinds;
    }

    /** Marks stage types that give out only kinds of values that they take in. */
    public interface PassesReadings {}

    private void checkReach() {
        for (int i = 0; i < flow.stages().size(); i++) {
            Stage stage = flow.stages().get(i);
            Role role = role(stage);
            boolean receives = flow.edges().stream().anyMatch(e -> e.to().equals(stage.id()));
            boolean sends = flow.edges().stream().anyMatch(e -> e.from().equals(stage.id()));
            if (role == Role.SOURCE && !sends) {
                problems.add(Problem.wrong(
                        "/stages/" + i, "source '" + stage.id() + "' sends to nobody; add an edge from it"));
            } else if (role != Role.SOURCE && !receives && !stage.id().isEmpty() && isKnown(stage)) {
                problems.add(Problem.wrong(
                        "/stages/" + i, "stage '" + stage.id() + "' gets nothing; add an edge to it or remove it"));
            }
        }
    }

    private boolean isKnown(Stage stage) {
        return stage.content() instanceof ModuleUse
                || surroundings.findType(stage.type()).isPresent();
    }

    private void checkCycle() {
        Map<String, List<String>> next = new HashMap<>();
        for (Edge edge : flow.edges()) {
            next.computeIfAbsent(edge.from(), k -> new ArrayList<>()).add(edge.to());
        }
        Set<String> finished = new HashSet<>();
        for (String id : indexes.keySet()) {
            Deque<String> way = new ArrayDeque<>();
            if (findCycle(id, next, finished, way)) {
                List<String> names = new ArrayList<>(way);
                String start = names.get(names.size() - 1);
                List<String> cycle = names.subList(names.indexOf(start), names.size());
                problems.add(Problem.wrong(
                        "/edges",
                        "the stages go in a circle: " + String.join(" -> ", cycle) + "; take one of these edges away"));
                return;
            }
        }
    }

    /** Depth first; recursion is bounded by the number of stages. Leaves the way to and around the cycle in {@code way}. */
    private static boolean findCycle(
            String id, Map<String, List<String>> next, Set<String> finished, Deque<String> way) {
        if (way.contains(id)) {
            way.addLast(id);
            return true;
        }
        if (!finished.add(id)) {
            return false;
        }
        way.addLast(id);
        for (String after : next.getOrDefault(id, List.of())) {
            if (findCycle(after, next, finished, way)) {
                return true;
            }
        }
        way.removeLast();
        return false;
    }
}
