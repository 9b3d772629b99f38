/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Configuration values as JSON that keeps their types: {@code ["int","5"]}, {@code ["list",[["text","a"]]]},
 * {@code ["array","int",["1","2"]]}, {@code ["boxed","int",["1","2"]]}. The types are those of ConfigAdmin, and maps of them:
 * {@code ["map",{"k":["int","5"]}]}.
 */
final class TypedValues {

    private static final String LIST = "list";
    private static final String MAP = "map";
    private static final String ARRAY = "array";
    private static final String BOXED = "boxed";

    /** Kinds of single values. */
    private enum Scalar {
        TEXT(String.class, String.class),
        BOOLEAN(Boolean.class, boolean.class),
        BYTE(Byte.class, byte.class),
        SHORT(Short.class, short.class),
        INT(Integer.class, int.class),
        LONG(Long.class, long.class),
        FLOAT(Float.class, float.class),
        DOUBLE(Double.class, double.class),
        CHAR(Character.class, char.class);

        private final Class<?> boxed;
        private final Class<?> primitive;

        Scalar(Class<?> boxed, Class<?> primitive) {
            this.boxed = boxed;
            this.primitive = primitive;
        }

        Object parse(String text) {
            return switch (this) {
                case TEXT -> text;
                case BOOLEAN -> Boolean.valueOf(text);
                case BYTE -> Byte.valueOf(text);
                case SHORT -> Short.valueOf(text);
                case INT -> Integer.valueOf(text);
                case LONG -> Long.valueOf(text);
                case FLOAT -> Float.valueOf(text);
                case DOUBLE -> Double.valueOf(text);
                case CHAR -> Character.valueOf(text.charAt(0));
            };
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Scalar of(String word) {
            return Arrays.stream(values())
                    .filter(s -> s.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no kind of value '" + word + "'"));
        }
    }

    private TypedValues() {}

    static JsonObject encode(Map<String, Object> values) throws StoreException {
        JsonObject json = new JsonObject();
        for (Map.Entry<String, Object> entry : new TreeMap<>(values).entrySet()) {
            json.add(entry.getKey(), encode(entry.getKey(), entry.getValue()));
        }
        return json;
    }

    static Map<String, Object> decode(JsonObject json) {
        Map<String, Object> values = new TreeMap<>();
        json.entrySet().forEach(e -> values.put(e.getKey(), decode(e.getValue().getAsJsonArray())));
        return values;
    }

    private static JsonArray encode(String key, Object value) throws StoreException {
        JsonArray json = new JsonArray();
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> nested = new TreeMap<>();
            map.forEach((k, each) -> nested.put(String.valueOf(k), each));
            json.add(MAP);
            json.add(encode(nested));
            return json;
        }
        if (value instanceof Collection<?> list) {
            JsonArray elements = new JsonArray();
            for (Object element : list) {
                elements.add(scalar(key, element));
            }
            json.add(LIST);
            json.add(elements);
            return json;
        }
        if (!value.getClass().isArray()) {
            return scalar(key, value);
        }
        Class<?> component = value.getClass().getComponentType();
        for (Scalar scalar : Scalar.values()) {
            if (scalar.primitive == component || scalar.boxed == component) {
                JsonArray elements = new JsonArray();
                for (int i = 0; i < Array.getLength(value); i++) {
                    Object element = Array.get(value, i);
                    if (element == null) {
                        throw new StoreException(
                                "configuration '" + key + "' has null at " + i + " of its array; expected a value");
                    }
                    elements.add(element.toString());
                }
                json.add(scalar.primitive == component ? ARRAY : BOXED);
                json.add(scalar.word());
                json.add(elements);
                return json;
            }
        }
        throw unsupported(key, value);
    }

    private static JsonArray scalar(String key, Object value) throws StoreException {
        for (Scalar scalar : Scalar.values()) {
            if (scalar.boxed.isInstance(value)) {
                JsonArray json = new JsonArray();
                json.add(scalar.word());
                json.add(value.toString());
                return json;
            }
        }
        throw unsupported(key, value);
    }

    private static StoreException unsupported(String key, Object value) {
        return new StoreException(
                "configuration '" + key + "' is a " + value.getClass().getName()
                        + "; expected a text, number, boolean, character, or a list or array of one of them");
    }

    private static Object decode(JsonArray json) {
        String kind = json.get(0).getAsString();
        if (kind.equals(MAP)) {
            return decode(json.get(1).getAsJsonObject());
        }
        if (kind.equals(LIST)) {
            List<Object> list = new ArrayList<>();
            for (JsonElement element : json.get(1).getAsJsonArray()) {
                list.add(decode(element.getAsJsonArray()));
            }
            return List.copyOf(list);
        }
        if (kind.equals(ARRAY) || kind.equals(BOXED)) {
            Scalar scalar = Scalar.of(json.get(1).getAsString());
            JsonArray elements = json.get(2).getAsJsonArray();
            Object array = Array.newInstance(kind.equals(ARRAY) ? scalar.primitive : scalar.boxed, elements.size());
            for (int i = 0; i < elements.size(); i++) {
                Array.set(array, i, scalar.parse(elements.get(i).getAsString()));
            }
            return array;
        }
        return Scalar.of(kind).parse(json.get(1).getAsString());
    }
}
