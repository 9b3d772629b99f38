/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.deployment.GenerationModule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The configuration of a module in a generation, taken apart into the configurations that Configuration Admin holds: plain values
 * are the module's own, under its name; a value that is a map is the configuration of one device, its key the PID
 * {@code FACTORY~NAME}.
 */
final class ModuleConfiguration {

    private ModuleConfiguration() {}

    /** Returns the configurations of devices, by PID. */
    static Map<String, Map<String, Object>> devices(Optional<Map<String, Object>> configuration) {
        Map<String, Map<String, Object>> devices = new TreeMap<>();
        configuration.orElse(Map.of()).forEach((pid, value) -> {
            if (value instanceof Map<?, ?> map) {
                Map<String, Object> settings = new TreeMap<>();
                map.forEach((key, each) -> settings.put(String.valueOf(key), each));
                devices.put(pid, settings);
            }
        });
        return devices;
    }

    /** Returns the module's own values; empty when nothing is said of them. */
    static Optional<Map<String, Object>> own(Optional<Map<String, Object>> configuration) {
        if (configuration.isEmpty()) {
            return configuration;
        }
        Map<String, Object> own = new TreeMap<>(configuration.get());
        own.values().removeIf(Map.class::isInstance);
        boolean isOfDevicesOnly = own.isEmpty() && !configuration.get().isEmpty();
        return isOfDevicesOnly ? Optional.empty() : Optional.of(own);
    }

    /**
     * Returns what the configurations of devices become between two generations: what the later one does not hold any more is
     * removed, what neither holds is left alone.
     */
    static Map<String, Optional<Map<String, Object>>> deviceChanges(
            Optional<Map<String, Object>> before, Optional<Map<String, Object>> after) {
        Map<String, Optional<Map<String, Object>>> changes = new LinkedHashMap<>();
        Map<String, Map<String, Object>> wanted = devices(after);
        TreeSet<String> all = new TreeSet<>(devices(before).keySet());
        all.addAll(wanted.keySet());
        all.forEach(pid -> changes.put(pid, Optional.ofNullable(wanted.get(pid))));
        return changes;
    }

    /** Returns the same with the module's own configuration, under its name. */
    static Map<String, Optional<Map<String, Object>>> changes(
            String module, Optional<GenerationModule> before, Optional<GenerationModule> after) {
        var was = before.flatMap(GenerationModule::configuration);
        var is = after.flatMap(GenerationModule::configuration);
        Map<String, Optional<Map<String, Object>>> changes = new LinkedHashMap<>();
        if (own(was).isPresent() || own(is).isPresent()) {
            changes.put(module, own(is));
        }
        changes.putAll(deviceChanges(was, is));
        return changes;
    }
}
