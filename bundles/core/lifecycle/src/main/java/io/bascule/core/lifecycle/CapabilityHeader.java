/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code Provide-Capability} of an artefact that the framework has not seen yet (OSGi Core 8, 3.2.4 common header
 * syntax). Only what is needed to know a module: clauses, attributes as text, quoted strings.
 */
final class CapabilityHeader {

    private CapabilityHeader() {}

    /** Returns the attributes of the first clause in {@code namespace}; empty when there is none. Types are cut off. */
    static Optional<Map<String, Object>> find(String header, String namespace) {
        for (String clause : split(header, ',')) {
            List<String> parts = split(clause, ';');
            if (parts.get(0).strip().equals(namespace)) {
                Map<String, Object> attributes = new HashMap<>();
                for (String part : parts.subList(1, parts.size())) {
                    int equals = part.indexOf('=');
                    boolean isDirective = equals > 0 && part.charAt(equals - 1) == ':';
                    if (equals > 0 && !isDirective) {
                        String key = part.substring(0, equals).strip();
                        int type = key.indexOf(':');
                        attributes.put(type < 0 ? key : key.substring(0, type), unquote(part.substring(equals + 1)));
                    }
                }
                return Optional.of(attributes);
            }
        }
        return Optional.empty();
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean isQuoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                isQuoted = !isQuoted;
            } else if (c == separator && !isQuoted) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static String unquote(String text) {
        String stripped = text.strip();
        if (stripped.length() < 2 || stripped.charAt(0) != '"') {
            return stripped;
        }
        StringBuilder plain = new StringBuilder(stripped.length());
        for (int i = 1; i < stripped.length() - 1; i++) {
            char c = stripped.charAt(i);
            if (c == '\\' && i + 1 < stripped.length() - 1) {
                i++;
                c = stripped.charAt(i);
            }
            plain.append(c);
        }
        return plain.toString();
    }
}
