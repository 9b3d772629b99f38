/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the environment says about configurations: {@code BASCULE_<PID>__<KEY>=value}, where each character of the PID that is
 * not a letter or digit is written as {@code _}, in either case. Two underscores end the PID.
 *
 * <p>A key is that of the configuration or its defaults which reads the same; otherwise a key in capitals becomes
 * lower camel case ({@code BATCH_SIZE} is {@code batchSize}), and any other is taken as it is. Immutable.
 */
final class EnvironmentOverrides {

    /** How the variables begin. */
    static final String PREFIX = "BASCULE_";

    private static final String SEPARATOR = "__";

    /** Values by key as written, by normalised PID. */
    private final Map<String, SortedMap<String, String>> byPid;

    EnvironmentOverrides(Map<String, String> environment) {
        Map<String, SortedMap<String, String>> found = new TreeMap<>();
        environment.forEach((name, value) -> {
            int separator = name.startsWith(PREFIX) ? name.indexOf(SEPARATOR, PREFIX.length() + 1) : -1;
            if (separator > 0 && separator + SEPARATOR.length() < name.length()) {
                String pid = normalised(name.substring(PREFIX.length(), separator));
                found.computeIfAbsent(pid, p -> new TreeMap<>())
                        .put(name.substring(separator + SEPARATOR.length()), value);
            }
        });
        byPid = found;
    }

    /** Returns the PIDs with overrides, in the form of the variables. */
    Collection<String> pids() {
        return byPid.keySet();
    }

    /** Returns whether anything is said about {@code pid}. */
    boolean has(String pid) {
        return byPid.containsKey(normalised(pid));
    }

    /**
     * Returns what to set in a configuration.
     *
     * @param pids the configuration's factory PID, if any, and its own, which wins
     * @param keys the keys it has
     */
    Map<String, String> valuesFor(List<String> pids, Collection<String> keys) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pid : pids) {
            byPid.getOrDefault(normalised(pid), new TreeMap<>())
                    .forEach((written, value) -> values.put(key(written, keys), value));
        }
        return values;
    }

    private static String key(String written, Collection<String> keys) {
        List<String> alike = new ArrayList<>();
        for (String key : keys) {
            if (normalised(key).equals(normalised(written))
                    || normalised(words(key)).equals(normalised(written))) {
                alike.add(key);
            }
        }
        if (alike.size() == 1) {
            return alike.get(0);
        }
        return written.equals(written.toUpperCase(Locale.ROOT)) ? camelCase(written) : written;
    }

    /** Returns a camel case name with its words separated: {@code batchSize} becomes {@code batch_Size}. */
    private static String words(String key) {
        return key.replaceAll("([a-z0-9])([A-Z])", "$1_$2");
    }

    private static String camelCase(String written) {
        StringBuilder key = new StringBuilder(written.length());
        for (String word : written.toLowerCase(Locale.ROOT).split("_", -1)) {
            key.append(
                    key.length() == 0 || word.isEmpty()
                            ? word
                            : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return key.toString();
    }

    private static String normalised(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
