/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.manifest;

import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads from a manifest what a module is allowed: capability to {@code true}, or to a list of patterns. */
final class Allowances {

    private static final int PATTERNS_MAX = 256;

    private Allowances() {}

    /**
     * Returns the grants at {@code key}; empty when there are none.
     *
     * @param module the module's name; empty when it is not known, which then is a problem already
     */
    static Optional<List<Grant>> read(Keys keys, String key, String module, Problems problems) {
        if (keys.get(key) == null) {
            return Optional.empty();
        }
        Keys words = keys.object(key);
        List<Grant> grants = new ArrayList<>();
        for (String word : words.names()) {
            Object value = words.get(word);
            Optional<Capability> capability = Capability.find(word);
            if (capability.isEmpty()) {
                words.wrong(word, "'" + word + "' is not a capability; expected one of " + Capability.words());
            } else if (capability.get().isScoped()) {
                List<NamePattern> patterns = patterns(value, words.at(word), problems);
                if (!module.isEmpty() && !patterns.isEmpty()) {
                    grants.add(new Grant(module, capability.get(), patterns));
                }
            } else if (!Boolean.TRUE.equals(value)) {
                words.wrong(word, "'" + word + "' takes no patterns; expected true, or leave it out");
            } else if (!module.isEmpty()) {
                grants.add(new Grant(module, capability.get(), List.of()));
            }
        }
        return Optional.of(grants);
    }

    private static List<NamePattern> patterns(@Nullable Object value, String path, Problems problems) {
        if (!(value instanceof List<?> list) || list.isEmpty() || list.size() > PATTERNS_MAX) {
            problems.add(path, "expected a list of 1 to " + PATTERNS_MAX + " patterns, for example [\"line1/*\"]");
            return List.of();
        }
        List<NamePattern> patterns = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) instanceof String text && !text.isBlank() && text.length() <= NamePattern.LENGTH_MAX) {
                patterns.add(NamePattern.of(text));
            } else {
                problems.add(
                        path + "/" + i,
                        "expected a pattern of 1 to " + NamePattern.LENGTH_MAX + " characters, for example 'line1/*'");
            }
        }
        return patterns;
    }
}
