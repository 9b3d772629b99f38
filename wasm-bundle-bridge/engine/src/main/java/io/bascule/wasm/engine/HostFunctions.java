/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The functions a host offers to one instance. Immutable; a module may import any subset. */
public final class HostFunctions {

    /** No functions. */
    public static final HostFunctions NONE = builder().build();

    private final Map<Key, Offer> offers;

    private record Key(String module, String name) {}

    /**
     * One offered function.
     *
     * @param type its signature: at most one result
     * @param function what it does
     */
    public record Offer(FunctionType type, HostFunction function) {}

    private HostFunctions(Map<Key, Offer> offers) {
        this.offers = Map.copyOf(offers);
    }

    /** Starts a set of functions. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns what is offered under that name. */
    public Optional<Offer> find(String module, String name) {
        return Optional.ofNullable(offers.get(new Key(module, name)));
    }

    /** Returns the import modules of which at least one function is offered. */
    public List<String> modules() {
        return offers.keySet().stream().map(Key::module).distinct().sorted().toList();
    }

    /** Collects functions. Not safe for use by more than one thread. */
    public static final class Builder {
        private final Map<Key, Offer> offers = new HashMap<>();

        private Builder() {}

        /**
         * Offers one function.
         *
         * @param module the import module, for example {@code bascule:gateway/log@1.0.0}
         * @param name the name in it
         * @throws IllegalArgumentException when that name is offered already, or {@code type} has more than one result
         */
        public Builder add(String module, String name, FunctionType type, HostFunction function) {
            if (type.results().size() > 1) {
                throw new IllegalArgumentException(module + " " + name + " has "
                        + type.results().size() + " results; a host function has at most one");
            }
            Offer offer = new Offer(type, Objects.requireNonNull(function, "function"));
            if (offers.putIfAbsent(new Key(module, name), offer) != null) {
                throw new IllegalArgumentException(module + " " + name + " is offered twice");
            }
            return this;
        }

        /** Returns the set. */
        public HostFunctions build() {
            return new HostFunctions(offers);
        }
    }
}
