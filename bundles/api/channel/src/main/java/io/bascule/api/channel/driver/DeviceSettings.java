/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a device, read setting by setting. What is wrong is collected, so that a person hears of everything at
 * once; the value returned instead is only good for going on reading. Remembers what was asked for. Used by one thread.
 */
public final class DeviceSettings {

    private static final int PROBLEMS_SHOWN_MAX = 25;

    private final Map<String, ?> values;
    private final Map<String, Object> asked = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * Reads from a configuration.
     *
     * @param properties as Configuration Admin holds it
     */
    public DeviceSettings(Map<String, ?> properties) {
        this.values = properties;
    }

    private @Nullable Object ask(String key) {
        Object value = values.get(key);
        asked.put(key, value == null ? "" : value instanceof Object[] array ? Arrays.asList(array) : value);
        return value;
    }

    /** Returns a text without spaces around it; {@code otherwise} when it is not there. */
    public String text(String key, String otherwise) {
        Object value = ask(key);
        return value == null ? otherwise : value.toString().strip();
    }

    /** Returns a whole number from {@code min} to {@code max}; {@code otherwise} when it is not there or wrong. */
    public long integer(String key, long otherwise, long min, long max) {
        Object value = ask(key);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = new BigDecimal(value.toString().strip()).longValueExact();
            if (number >= min && number <= max) {
                return number;
            }
            problem(key + " is " + number + "; expected " + min + " to " + max);
        } catch (ArithmeticException | NumberFormatException e) {
            problem(key + " is '" + value + "'; expected a whole number from " + min + " to " + max);
        }
        return otherwise;
    }

    /** Returns true or false; {@code otherwise} when it is not there or wrong. */
    public boolean flag(String key, boolean otherwise) {
        Object value = ask(key);
        if (value == null) {
            return otherwise;
        }
        String text = value.toString().strip();
        if (!text.equals("true") && !text.equals("false")) {
            problem(key + " is '" + text + "'; expected true or false");
        }
        return text.equals("true");
    }

    /** Returns one of {@code words}; {@code otherwise} when it is not there or wrong. */
    public String word(String key, String otherwise, List<String> words) {
        String text = text(key, otherwise);
        if (!words.contains(text)) {
            problem(key + " is '" + text + "'; expected one of " + words);
            return otherwise;
        }
        return text;
    }

    /** Returns the texts of a list as they are written; a single text is a list of one. Empty when it is not there. */
    public List<String> list(String key) {
        Object value = ask(key);
        Stream<?> items = value == null
                ? Stream.of()
                : value instanceof Object[] array
                        ? Arrays.stream(array)
                        : value instanceof Collection<?> several ? several.stream() : Stream.of(value);
        return items.map(Object::toString).filter(s -> !s.isBlank()).toList();
    }

    /** Returns what {@code reader} returns; when it throws {@link IllegalArgumentException}, its message is a problem. */
    public <T> T orElse(String key, T otherwise, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (IllegalArgumentException e) {
            problem(key + ": " + e.getMessage());
            return otherwise;
        }
    }

    /** Adds a problem: what is wrong with which setting, what was expected. */
    public void problem(String text) {
        problems.add(text);
    }

    /** Returns the problems so far, in order; a copy. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** Returns the settings that were asked for so far, with their values; for finding out what changed. */
    public Map<String, Object> asked() {
        return Map.copyOf(asked);
    }

    /**
     * Ends the reading.
     *
     * @param subject what is configured, for the message
     * @throws IllegalArgumentException when there were problems; the message names them
     */
    public void requireNoProblem(String subject) {
        if (problems.isEmpty()) {
            return;
        }
        int shown = Math.min(problems.size(), PROBLEMS_SHOWN_MAX);
        String more = shown == problems.size() ? "" : "; and " + (problems.size() - shown) + " more";
        throw new IllegalArgumentException(subject + " has " + problems.size() + " problems: "
                + String.join("; ", problems.subList(0, shown)) + more);
    }
}
