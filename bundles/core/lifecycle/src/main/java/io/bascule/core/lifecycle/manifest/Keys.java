/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.manifest;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of one JSON object and notes what is wrong with them. A getter returns its default when a key is absent or
 * wrong, so that reading goes on and finds the other problems too. Confined to one thread.
 */
final class Keys {

    private static final int SHOWN_MAX = 60;

    private final Map<String, Object> object;
    private final String path;
    private final Problems problems;
    private final Set<String> known = new LinkedHashSet<>();

    /** Reads {@code value}, which stands at {@code path}; what is no object is a problem and counts as empty. */
    Keys(Object value, String path, Problems problems) {
        this.object = new LinkedHashMap<>();
        this.path = path;
        this.problems = problems;
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, each) -> object.put(String.valueOf(key), each));
        } else {
            problems.add(path, "expected an object in braces, got " + describe(value));
        }
    }

    /** Returns where {@code key} stands. */
    String at(String key) {
        return path + "/" + JsonText.escape(key);
    }

    boolean has(String key) {
        return object.containsKey(key);
    }

    Set<String> names() {
        return object.keySet();
    }

    void wrong(String key, String message) {
        problems.add(at(key), message);
    }

    /** Notes that {@code key} must be there. */
    void require(String key, String expected) {
        known.add(key);
        if (!has(key)) {
            problems.add(path, "key '" + key + "' is missing; expected " + expected);
        }
    }

    @Nullable
    Object get(String key) {
        known.add(key);
        return object.get(key);
    }

    String text(String key, String absent, int lengthMax) {
        Object value = get(key);
        if (value == null) {
            return absent;
        }
        if (value instanceof String text && text.length() <= lengthMax) {
            return text;
        }
        wrong(
                key,
                value instanceof String text
                        ? "expected at most " + lengthMax + " characters, got " + text.length()
                        : "expected text in quotes, got " + describe(value));
        return absent;
    }

    long integer(String key, long absent, long min, long max) {
        Object value = get(key);
        if (value == null) {
            return absent;
        }
        if (value instanceof BigDecimal number) {
            try {
                long whole = number.longValueExact();
                if (whole >= min && whole <= max) {
                    return whole;
                }
            } catch (ArithmeticException e) {
                // Noted below, like a number out of range.
            }
        }
        wrong(
                key,
                "expected a whole number from " + min + (max == Long.MAX_VALUE ? " up" : " to " + max) + ", got "
                        + describe(value));
        return absent;
    }

    /** Returns a number from 0 up. */
    double number(String key, double absent) {
        Object value = get(key);
        if (value == null) {
            return absent;
        }
        if (value instanceof BigDecimal number && number.signum() >= 0 && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        wrong(key, "expected a number from 0 up, got " + describe(value));
        return absent;
    }

    /** Returns a list of at most {@code sizeMax} elements; empty when it is absent or wrong. */
    List<?> list(String key, int sizeMax) {
        Object value = get(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.size() <= sizeMax) {
            return list;
        }
        wrong(
                key,
                value instanceof List<?> list
                        ? "expected at most " + sizeMax + " elements, got " + list.size()
                        : "expected a list in brackets, got " + describe(value));
        return List.of();
    }

    /** Returns the keys of an object; of an empty one when it is absent or wrong. */
    Keys object(String key) {
        Object value = get(key);
        return new Keys(value == null ? Map.of() : value, at(key), problems);
    }

    /** Notes every key that nobody asked for. */
    void end() {
        for (String key : object.keySet()) {
            if (!known.contains(key)) {
                wrong(key, "key '" + key + "' is unknown here; expected " + String.join(", ", known));
            }
        }
    }

    static String describe(Object value) {
        if (value instanceof Map) {
            return "an object";
        }
        if (value instanceof List) {
            return "a list";
        }
        String text = value instanceof String ? "'" + value + "'" : value.toString();
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "...";
    }
}
