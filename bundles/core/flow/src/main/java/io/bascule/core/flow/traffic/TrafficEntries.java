/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an operator configured for the traffic of modules: {@code MODULE = rule}, {@code MODULE.fallback = version} and {@code
 * MODULE.tagged = true}. Wrong values of one module leave the others alone. Immutable.
 */
public final class TrafficEntries {

    private static final String FALLBACK = ".fallback";
    private static final String TAGGED = ".tagged";

    /** Beginnings of keys that the framework puts into every configuration. */
    private static final List<String> FRAMEWORK_KEYS =
            List.of("service.", "component.", "felix.", "org.apache.felix.", "osgi.", "bundle.location");

    private final Map<String, Entry> modules;
    private final List<String> problems;

    /**
     * What is configured for a module.
     *
     * @param route its route; null when only other keys are given, or when {@code problem} says what is wrong with it
     * @param isTagged whether its results are tagged with the version
     * @param problem what is wrong, empty when nothing is
     */
    public record Entry(@Nullable Route route, boolean isTagged, String problem) {}

    private TrafficEntries(Map<String, Entry> modules, List<String> problems) {
        this.modules = Map.copyOf(modules);
        this.problems = List.copyOf(problems);
    }

    /** Reads a configuration. */
    public static TrafficEntries read(Map<String, ?> properties) {
        Map<String, String> values = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        Map<String, Entry> modules = new TreeMap<>();
        Set<String> named = new HashSet<>();
        properties.forEach((key, value) -> {
            String module = module(key);
            if (isModule(module)) {
                values.put(key, String.valueOf(value).strip());
                named.add(module);
            } else if (FRAMEWORK_KEYS.stream().noneMatch(key::startsWith)) {
                problems.add(
                        "'" + key + "' is no key; expected MODULE, MODULE.fallback or MODULE.tagged, where MODULE is"
                                + " the name of a module");
            }
        });
        named.forEach(module -> modules.put(module, entry(module, values)));
        return new TrafficEntries(modules, problems);
    }

    private static String module(String key) {
        if (key.endsWith(FALLBACK)) {
            return key.substring(0, key.length() - FALLBACK.length());
        }
        return key.endsWith(TAGGED) ? key.substring(0, key.length() - TAGGED.length()) : key;
    }

    private static boolean isModule(String name) {
        try {
            ModuleDescriptor.requireName(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Entry entry(String module, Map<String, String> values) {
        String rule = values.get(module);
        String fallback = values.getOrDefault(module + FALLBACK, "");
        String tagged = values.getOrDefault(module + TAGGED, "false");
        boolean isTagged = tagged.equals("true");
        if (!isTagged && !tagged.equals("false")) {
            return new Entry(null, false, module + TAGGED + " is '" + tagged + "'; expected true or false");
        }
        if (rule == null) {
            String problem = fallback.isEmpty() ? "" : module + FALLBACK + " is given without a rule for " + module;
            return new Entry(null, isTagged, problem);
        }
        try {
            return new Entry(route(TrafficRule.parse(rule), fallback), isTagged, "");
        } catch (IllegalArgumentException e) {
            return new Entry(null, isTagged, module + ": " + e.getMessage());
        }
    }

    /** A fallback that the rule does not name stands by. */
    private static Route route(TrafficRule rule, String fallback) {
        if (fallback.isEmpty()) {
            return Route.of(rule);
        }
        TrafficRule.parse("all " + fallback);
        Set<String> standby = rule.versions().contains(fallback) ? Set.of() : Set.of(fallback);
        if (rule.versions().size() + standby.size() > TrafficRule.VERSIONS_MAX) {
            throw new IllegalArgumentException(
                    "with the fallback " + fallback + " there are more than " + TrafficRule.VERSIONS_MAX + " versions");
        }
        return new Route(rule, standby, Optional.of(fallback), Duration.ZERO);
    }

    /** Returns what is configured, by module. */
    public Map<String, Entry> modules() {
        return modules;
    }

    /** Returns what is wrong beside the modules' own problems. */
    public List<String> problems() {
        return problems;
    }
}
