/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a module.
 *
 * @param name its key
 * @param type what it holds
 * @param title one or two words for a form; the name when the schema has none
 * @param description one sentence for a form, may be empty
 * @param defaultValue what holds when it is not set; null when it must be set or may be missing
 * @param min smallest number or shortest text; null when there is none
 * @param max largest number or longest text; null when there is none
 * @param choices the only values allowed; empty when any is
 * @param isRequired whether it must be set
 */
public record ConfigField(
        String name,
        Type type,
        String title,
        String description,
        @Nullable JsonPrimitive defaultValue,
        @Nullable BigDecimal min,
        @Nullable BigDecimal max,
        List<JsonPrimitive> choices,
        boolean isRequired) {

    /** The types of the schema subset. */
    public enum Type {
        /** Text. */
        STRING,
        /** A whole number that fits 64 bits. */
        INTEGER,
        /** A number that fits a double. */
        NUMBER,
        /** True or false. */
        BOOLEAN;

        /** Returns the word in JSON Schema. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Finds a type by its word. */
        public static Optional<Type> find(String word) {
            for (Type type : values()) {
                if (type.word().equals(word)) {
                    return Optional.of(type);
                }
            }
            return Optional.empty();
        }
    }

    private static final BigDecimal PLAIN_MAX = new BigDecimal("1e15");

    /** Copies the list. */
    public ConfigField {
        choices = List.copyOf(choices);
    }

    /** Returns what is wrong with a value, or empty when it is fine. */
    public Optional<String> check(JsonElement value) {
        if (!(value instanceof JsonPrimitive primitive) || !fits(primitive)) {
            return Optional.of("'" + name + "' is " + value + "; expected " + expected());
        }
        boolean isChoice = choices.isEmpty() || choices.stream().anyMatch(c -> same(c, primitive));
        BigDecimal measure = measure(primitive);
        boolean isWithin = measure == null
                || ((min == null || measure.compareTo(min) >= 0) && (max == null || measure.compareTo(max) <= 0));
        return isChoice && isWithin
                ? Optional.empty()
                : Optional.of("'" + name + "' is " + value + "; expected " + expected());
    }

    /**
     * Makes a JSON value of what a configuration file or form holds.
     *
     * @param value a text, number or truth value
     * @return the value in the type of this field, or as text when it cannot be converted, which {@link #check} then refuses
     */
    public JsonPrimitive convert(Object value) {
        if (value instanceof Boolean bool && type == Type.BOOLEAN) {
            return new JsonPrimitive(bool);
        }
        String text = value.toString();
        if (type == Type.STRING) {
            return new JsonPrimitive(text);
        }
        String stripped = text.strip();
        if (type == Type.BOOLEAN) {
            String word = stripped.toLowerCase(Locale.ROOT);
            return word.equals("true") || word.equals("false")
                    ? new JsonPrimitive(word.equals("true"))
                    : new JsonPrimitive(text);
        }
        try {
            return new JsonPrimitive(plain(new BigDecimal(stripped)));
        } catch (NumberFormatException e) {
            // Not a number: handed on as text so that the check names it.
            return new JsonPrimitive(text);
        }
    }

    /** Guests are spared exponents where the number can be written without. */
    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        boolean isShort = stripped.abs().compareTo(PLAIN_MAX) < 0 && stripped.scale() < 20;
        return isShort && stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    private boolean fits(JsonPrimitive value) {
        return switch (type) {
            case STRING -> value.isString();
            case BOOLEAN -> value.isBoolean();
            case NUMBER -> value.isNumber() && number(value) != null;
            case INTEGER -> value.isNumber() && isWhole(number(value));
        };
    }

    private static boolean isWhole(@Nullable BigDecimal number) {
        if (number == null || number.precision() - number.scale() > 20) {
            return false;
        }
        try {
            number.longValueExact();
            return true;
        } catch (ArithmeticException e) {
            // Has a fraction or is too large: the answer is no.
            return false;
        }
    }

    private static @Nullable BigDecimal number(JsonPrimitive value) {
        try {
            BigDecimal number = new BigDecimal(value.getAsString());
            // Invariant: nothing beyond a double, so that no arithmetic below takes long.
            return Double.isInfinite(value.getAsDouble()) || Math.abs((long) number.scale()) > 400 ? null : number;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private @Nullable BigDecimal measure(JsonPrimitive value) {
        return switch (type) {
            case STRING ->
                BigDecimal.valueOf(value.getAsString()
                        .codePointCount(0, value.getAsString().length()));
            case INTEGER, NUMBER -> number(value);
            case BOOLEAN -> null;
        };
    }

    private boolean same(JsonPrimitive choice, JsonPrimitive value) {
        if (type == Type.STRING || type == Type.BOOLEAN) {
            return choice.getAsString().equals(value.getAsString());
        }
        BigDecimal a = number(choice);
        BigDecimal b = number(value);
        return a != null && b != null && a.compareTo(b) == 0;
    }

    /** Returns what a value must be, for messages, for example {@code integer from 1 to 64}. */
    public String expected() {
        StringBuilder text = new StringBuilder(type.word());
        if (!choices.isEmpty()) {
            return text.append(", one of ").append(choices).toString();
        }
        String of = type == Type.STRING ? " of at least " : " from ";
        if (min != null) {
            text.append(of).append(min.toPlainString());
        }
        if (max != null) {
            text.append(type == Type.STRING ? " of at most " : " to ").append(max.toPlainString());
        }
        return type == Type.STRING && (min != null || max != null)
                ? text.append(" characters").toString()
                : text.toString();
    }
}
