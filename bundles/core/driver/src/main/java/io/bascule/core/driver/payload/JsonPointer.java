/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON pointer (RFC 6901).
 *
 * @param tokens the names and indexes on the way, unescaped; empty for the whole document
 */
record JsonPointer(List<String> tokens) {

    private static final int INDEX_DIGITS_MAX = 9;

    /** Copies the list. */
    JsonPointer {
        tokens = List.copyOf(tokens);
    }

    /**
     * Reads what a person wrote.
     *
     * @throws IllegalArgumentException when it is no pointer (section 3)
     */
    static JsonPointer parse(String written) {
        if (written.isEmpty()) {
            return new JsonPointer(List.of());
        }
        if (written.charAt(0) != '/') {
            throw new IllegalArgumentException("pointer '" + written
                    + "' does not begin with '/'; expected a JSON pointer such as /sensors/0/temperature");
        }
        List<String> tokens = new ArrayList<>();
        for (String token : written.substring(1).split("/", -1)) {
            if (token.replace("~0", "").replace("~1", "").contains("~")) {
                throw new IllegalArgumentException(
                        "pointer '" + written + "' holds '~' that is neither ~0 (for ~) nor ~1 (for /)");
            }
            // Section 4: ~1 first, or ~01 would become a slash.
            tokens.add(token.replace("~1", "/").replace("~0", "~"));
        }
        return new JsonPointer(tokens);
    }

    /** Returns what stands there; empty when nothing does. */
    Optional<JsonTree> find(JsonTree document) {
        JsonTree at = document;
        for (String token : tokens) {
            JsonTree next = step(at, token);
            if (next == null) {
                return Optional.empty();
            }
            at = next;
        }
        return Optional.of(at);
    }

    private static @Nullable JsonTree step(JsonTree at, String token) {
        if (at instanceof JsonTree.Node node) {
            return node.members().get(token);
        }
        if (at instanceof JsonTree.Row row && isIndex(token)) {
            int index = Integer.parseInt(token);
            return index < row.elements().size() ? row.elements().get(index) : null;
        }
        return null;
    }

    /** Section 4: digits without a leading zero. */
    private static boolean isIndex(String token) {
        return !token.isEmpty()
                && token.length() <= INDEX_DIGITS_MAX
                && token.chars().allMatch(c -> c >= '0' && c <= '9')
                && (token.length() == 1 || token.charAt(0) != '0');
    }
}
