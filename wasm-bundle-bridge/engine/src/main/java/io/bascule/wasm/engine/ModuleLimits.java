/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The limits and features one module is admitted under. Immutable. */
public final class ModuleLimits {

    /** Every {@link Limit} and {@link Feature} at its default. */
    public static final ModuleLimits DEFAULT = new ModuleLimits(Map.of(), defaultFeatures());

    private final EnumMap<Limit, Long> values = new EnumMap<>(Limit.class);
    private final Set<Feature> features;

    private ModuleLimits(Map<Limit, Long> changed, Set<Feature> features) {
        for (Limit limit : Limit.values()) {
            values.put(limit, changed.getOrDefault(limit, limit.defaultValue()));
        }
        this.features = EnumSet.copyOf(features);
    }

    private static Set<Feature> defaultFeatures() {
        EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
        for (Feature feature : Feature.values()) {
            if (feature.isDefault()) {
                features.add(feature);
            }
        }
        return features;
    }

    /** Returns the value allowed at most. */
    public long get(Limit limit) {
        return values.getOrDefault(limit, limit.defaultValue());
    }

    /** Returns whether modules may use {@code feature}. */
    public boolean allows(Feature feature) {
        return features.contains(feature);
    }

    /**
     * Returns these limits with one changed.
     *
     * @throws IllegalArgumentException when {@code value} is negative or above {@link Limit#most()}
     */
    public ModuleLimits with(Limit limit, long value) {
        Objects.requireNonNull(limit, "limit");
        if (value < 0 || value > limit.most()) {
            throw new IllegalArgumentException(
                    "limit " + limit + " set to " + value + "; expected 0 to " + limit.most() + " " + limit.unit());
        }
        EnumMap<Limit, Long> changed = values.clone();
        changed.put(limit, value);
        return new ModuleLimits(changed, features);
    }

    /**
     * Returns these limits with one feature switched on or off.
     *
     * @throws IllegalArgumentException when it is switched on and not {@link Feature#isAllowable()}
     */
    public ModuleLimits with(Feature feature, boolean isOn) {
        if (isOn && !feature.isAllowable()) {
            throw new IllegalArgumentException("feature " + feature
                    + " cannot be switched on: the engine could not contain a module that uses it");
        }
        EnumSet<Feature> copy = EnumSet.copyOf(features);
        if (isOn) {
            copy.add(feature);
        } else {
            copy.remove(feature);
        }
        return new ModuleLimits(values, copy);
    }

    @Override
    public String toString() {
        return "ModuleLimits" + values + features;
    }
}
