/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a module: a subset of JSON Schema that a form can show. One flat object of string, integer, number and
 * boolean properties with {@code title}, {@code description}, {@code default}, {@code enum}, {@code minimum},
 * {@code maximum}, {@code minLength}, {@code maxLength}, and {@code required} beside them.
 */
public final class ConfigSchema {

    /** Most settings of a module. */
    public static final int FIELDS_MAX = 128;

    /** A module without settings. */
    public static final ConfigSchema EMPTY = new ConfigSchema(List.of(), "");

    private static final String NAME_PATTERN = "[A-Za-z][A-Za-z0-9_.-]{0,63}";

    private final Map<String, ConfigField> fields;
    private final String text;

    private ConfigSchema(List<ConfigField> fields, String text) {
        Map<String, ConfigField> byName = new LinkedHashMap<>();
        fields.forEach(f -> byName.put(f.name(), f));
        this.fields = java.util.Collections.unmodifiableMap(byName);
        this.text = text;
    }

    /**
     * Reads a schema.
     *
     * @param schema the {@code config} object of the metadata
     * @param problems takes one sentence for everything that is wrong
     * @return the schema, without the settings that could not be read
     */
    public static ConfigSchema parse(JsonObject schema, List<String> problems) {
        if (!text(schema, "type").orElse("object").equals("object")) {
            problems.add("config: type is " + schema.get("type") + "; expected \"object\"");
        }
        JsonElement properties = schema.get("properties");
        if (properties == null) {
            return new ConfigSchema(List.of(), schema.toString());
        }
        if (!(properties instanceof JsonObject object)) {
            problems.add("config: properties is not an object of settings");
            return EMPTY;
        }
        if (object.size() > FIELDS_MAX) {
            problems.add("config: " + object.size() + " settings; at most " + FIELDS_MAX + " are allowed");
            return EMPTY;
        }
        Set<String> required = required(schema, object, problems);
        List<ConfigField> fields = new ArrayList<>();
        Set<String> lowerCase = new LinkedHashSet<>();
        object.entrySet().forEach(entry -> {
            // Configuration Admin does not tell upper from lower case in keys.
            if (!lowerCase.add(entry.getKey().toLowerCase(Locale.ROOT))) {
                problems.add("config." + entry.getKey() + ": another setting differs only in upper and lower case");
            }
            field(entry.getKey(), entry.getValue(), required.contains(entry.getKey()), problems)
                    .ifPresent(fields::add);
        });
        return new ConfigSchema(fields, schema.toString());
    }

    private static Set<String> required(JsonObject schema, JsonObject properties, List<String> problems) {
        Set<String> names = new LinkedHashSet<>();
        JsonElement list = schema.get("required");
        if (list instanceof JsonArray array) {
            array.forEach(e -> names.add(e instanceof JsonPrimitive p ? p.getAsString() : e.toString()));
        } else if (list != null) {
            problems.add("config: required is not a list of names");
        }
        names.stream()
                .filter(n -> !properties.has(n))
                .forEach(n -> problems.add("config: required names '" + n + "', which is not a setting"));
        return names;
    }

    private static Optional<ConfigField> field(
            String name, JsonElement element, boolean isRequired, List<String> problems) {
        String where = "config." + name + ": ";
        if (!name.matches(NAME_PATTERN)) {
            problems.add(where + "the name must match " + NAME_PATTERN);
            return Optional.empty();
        }
        if (!(element instanceof JsonObject json)) {
            problems.add(where + "is not an object such as {\"type\": \"number\"}");
            return Optional.empty();
        }
        Optional<ConfigField.Type> type = text(json, "type").flatMap(ConfigField.Type::find);
        if (type.isEmpty()) {
            problems.add(where + "type is " + json.get("type") + "; expected string, integer, number or boolean");
            return Optional.empty();
        }
        boolean isText = type.get() == ConfigField.Type.STRING;
        List<JsonPrimitive> choices = choices(json, where, problems);
        ConfigField bare = new ConfigField(
                name,
                type.get(),
                text(json, "title").orElse(name),
                text(json, "description").orElse(""),
                null,
                bound(json, isText ? "minLength" : "minimum", where, problems),
                bound(json, isText ? "maxLength" : "maximum", where, problems),
                choices,
                isRequired);
        BigDecimal min = bare.min();
        BigDecimal max = bare.max();
        if (min != null && max != null && min.compareTo(max) > 0) {
            problems.add(where + "the smallest value " + min + " is above the largest " + max);
        }
        JsonElement value = json.get("default");
        if (value == null) {
            return Optional.of(bare);
        }
        Optional<String> wrong = bare.check(value);
        wrong.ifPresent(w -> problems.add(where + "default: " + w));
        return Optional.of(wrong.isPresent() ? bare : withDefault(bare, value.getAsJsonPrimitive()));
    }

    private static ConfigField withDefault(ConfigField f, JsonPrimitive value) {
        return new ConfigField(
                f.name(), f.type(), f.title(), f.description(), value, f.min(), f.max(), f.choices(), f.isRequired());
    }

    private static List<JsonPrimitive> choices(JsonObject json, String where, List<String> problems) {
        List<JsonPrimitive> choices = new ArrayList<>();
        JsonElement list = json.get("enum");
        if (list == null) {
            return choices;
        }
        if (!(list instanceof JsonArray array) || array.isEmpty()) {
            problems.add(where + "enum is not a list of at least one value");
            return choices;
        }
        for (JsonElement element : array) {
            if (element instanceof JsonPrimitive primitive) {
                choices.add(primitive);
            } else {
                problems.add(where + "enum holds " + element + ", which is no plain value");
            }
        }
        return choices;
    }

    private static @Nullable BigDecimal bound(JsonObject json, String key, String where, List<String> problems) {
        JsonElement value = json.get(key);
        if (value == null) {
            return null;
        }
        try {
            if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
                return new BigDecimal(primitive.getAsString());
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for everything that is no number.
        }
        problems.add(where + key + " is " + value + "; expected a number");
        return null;
    }

    private static Optional<String> text(JsonObject json, String key) {
        return json.get(key) instanceof JsonPrimitive p && p.isString()
                ? Optional.of(p.getAsString())
                : Optional.empty();
    }

    /** Returns the settings in the order of the schema; unmodifiable. */
    public List<ConfigField> fields() {
        return List.copyOf(fields.values());
    }

    /** Finds a setting by name, upper and lower case alike, as Configuration Admin does. */
    public Optional<ConfigField> find(String name) {
        ConfigField exact = fields.get(name);
        return exact != null
                ? Optional.of(exact)
                : fields.values().stream()
                        .filter(f -> f.name().equalsIgnoreCase(name))
                        .findFirst();
    }

    /** Returns the schema as JSON text, empty when the module has none. */
    public String text() {
        return text;
    }

    /** Returns the defaults of all settings that have one. */
    public JsonObject defaults() {
        JsonObject defaults = new JsonObject();
        fields.values().forEach(f -> {
            if (f.defaultValue() != null) {
                defaults.add(f.name(), f.defaultValue());
            }
        });
        return defaults;
    }

    /** Returns one sentence for everything that is wrong with a complete configuration; empty when it is fine. */
    public List<String> check(JsonObject config) {
        List<String> problems = new ArrayList<>();
        config.entrySet().forEach(entry -> {
            ConfigField field = fields.get(entry.getKey());
            if (field == null) {
                problems.add("'" + entry.getKey() + "' is not a setting of this module; known are " + fields.keySet());
            } else {
                field.check(entry.getValue()).ifPresent(problems::add);
            }
        });
        fields.values().stream()
                .filter(f -> f.isRequired() && !config.has(f.name()))
                .forEach(f -> problems.add("'" + f.name() + "' is missing; expected " + f.expected()));
        return problems;
    }
}
