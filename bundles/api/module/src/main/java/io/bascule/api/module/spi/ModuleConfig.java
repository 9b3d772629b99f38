/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.module.ModuleException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a native module: texts, numbers, true or false. Each accessor names a setting, its default and its range,
 * and remembers that it was asked for: what nobody asks for is not a setting of the module and is refused. Values that come
 * as text, as files in {@code etc/} give them, are converted. Not safe for use by several threads.
 */
public final class ModuleConfig {

    /** Starts of the keys that the framework and its tools add to a configuration. */
    private static final List<String> FOREIGN_PREFIXES = List.of(
            "service.",
            "felix.",
            "component.",
            "org.apache.",
            "org.osgi.",
            "osgi.",
            "kura.",
            "bascule.",
            "_",
            "objectClass");

    private final Map<String, Object> values;
    private final Set<String> asked = new TreeSet<>();

    private ModuleConfig(Map<String, Object> values) {
        this.values = values;
    }

    /** Returns the settings among the properties of a configuration; what the framework added is left out. */
    public static ModuleConfig of(Map<String, ?> properties) {
        Map<String, Object> own = new TreeMap<>();
        properties.forEach((key, value) -> {
            if (FOREIGN_PREFIXES.stream().noneMatch(key::startsWith)) {
                own.put(key, value);
            }
        });
        return new ModuleConfig(own);
    }

    /**
     * Returns these settings with others laid over them.
     *
     * @param json a JSON object of texts, numbers, true or false; empty or blank for none
     * @throws ModuleException when it is not one
     */
    public ModuleConfig with(String json) throws ModuleException {
        Map<String, Object> all = new TreeMap<>(values);
        all.putAll(json.isBlank() ? Map.of() : FlatJson.parse(json));
        return new ModuleConfig(all);
    }

    /**
     * Returns a whole number.
     *
     * @throws ModuleException when the setting is none, or is not within {@code min} to {@code max}
     */
    public long integer(String key, long otherwise, long min, long max) throws ModuleException {
        Object value = ask(key);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = new BigDecimal(value.toString().strip()).longValueExact();
            if (number >= min && number <= max) {
                return number;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw refused(key, value, "a whole number from " + min + " to " + max, e);
        }
        throw refused(key, value, "a whole number from " + min + " to " + max, null);
    }

    /**
     * Returns a number.
     *
     * @throws ModuleException when the setting is none, or is not within {@code min} to {@code max}
     */
    public double number(String key, double otherwise, double min, double max) throws ModuleException {
        Object value = ask(key);
        if (value == null) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(value.toString().strip());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw refused(key, value, "a number from " + min + " to " + max, e);
        }
        throw refused(key, value, "a number from " + min + " to " + max, null);
    }

    /**
     * Returns true or false.
     *
     * @throws ModuleException when the setting is neither
     */
    public boolean flag(String key, boolean otherwise) throws ModuleException {
        Object value = ask(key);
        if (value == null) {
            return otherwise;
        }
        return switch (value.toString().strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(key, value, "true or false", null);
        };
    }

    /**
     * Returns a text.
     *
     * @throws ModuleException when the setting is longer than {@code charsMax} characters
     */
    public String text(String key, String otherwise, int charsMax) throws ModuleException {
        Object value = ask(key);
        if (value == null) {
            return otherwise;
        }
        String text = value.toString();
        if (text.length() > charsMax) {
            throw refused(key, text.length() + " characters", "a text of at most " + charsMax + " characters", null);
        }
        return text;
    }

    /**
     * Checks that every setting was asked for.
     *
     * @throws ModuleException when some were not; names them and those that are known
     */
    void requireAllKnown() throws ModuleException {
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(asked);
        if (!unknown.isEmpty()) {
            throw new ModuleException("settings " + unknown + " are not of this module; known are " + asked);
        }
    }

    private @Nullable Object ask(String key) {
        asked.add(key);
        return values.get(key);
    }

    private static ModuleException refused(String key, Object value, String expected, @Nullable Throwable cause) {
        return new ModuleException("setting '" + key + "' is " + value + "; expected " + expected, cause);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ModuleConfig that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
