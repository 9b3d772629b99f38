/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.flow.spi.StageFactory;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The stage types that flows can use: the built-in rules and what other bundles bring. Safe for use by any thread. */
final class StageTypes {

    private final Map<String, StageFactory> builtIn;
    private final Map<String, StageFactory> external = new ConcurrentHashMap<>();

    StageTypes(Map<String, StageFactory> builtIn) {
        this.builtIn = Map.copyOf(builtIn);
    }

    /** Adds a type; false when the name is taken, the first one wins. */
    boolean add(String type, StageFactory factory) {
        return !builtIn.containsKey(type) && external.putIfAbsent(type, factory) == null;
    }

    /** Takes a type away if this factory has it. */
    boolean remove(String type, StageFactory factory) {
        return external.remove(type, factory);
    }

    Optional<StageFactory> find(String type) {
        StageFactory factory = builtIn.get(type);
        return Optional.ofNullable(factory == null ? external.get(type) : factory);
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>(builtIn.keySet());
        names.addAll(external.keySet());
        return names;
    }
}
