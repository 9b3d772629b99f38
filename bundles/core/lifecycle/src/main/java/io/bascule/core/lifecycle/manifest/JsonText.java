/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.manifest;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads JSON (RFC 8259) into maps, lists, {@link String}, {@link BigDecimal}, {@link Boolean} and {@link #NULL}. A key that
 * stands twice is a problem, because one of the two would be lost without a word; length and depth are bounded.
 */
final class JsonText {

    /** Longest document, in characters. */
    static final int LENGTH_MAX = 1024 * 1024;

    /** Deepest nesting; a manifest needs five. */
    static final int DEPTH_MAX = 16;

    /** Stands for {@code null}, which no map may hold. */
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private final JsonReader reader;
    private final Problems problems;

    private JsonText(JsonReader reader, Problems problems) {
        this.reader = reader;
        this.problems = problems;
    }

    /** Reads {@code text}; empty when it is not JSON, which then is one of the problems. */
    static Optional<Object> read(String text, Problems problems) {
        if (text.length() > LENGTH_MAX) {
            problems.add("", "the document has " + text.length() + " characters; at most " + LENGTH_MAX + " are read");
            return Optional.empty();
        }
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            Object value = new JsonText(reader, problems).value("", 0);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new MalformedJsonException("there is more text after the end of the document");
            }
            return Optional.of(value);
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            problems.add("", "the document is not JSON: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Object value(String path, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new MalformedJsonException("it is nested deeper than " + DEPTH_MAX + " at " + path);
        }
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> object(path, depth);
            case BEGIN_ARRAY -> list(path, depth);
            case STRING -> reader.nextString();
            case NUMBER -> new BigDecimal(reader.nextString());
            case BOOLEAN -> reader.nextBoolean();
            case NULL -> {
                reader.nextNull();
                yield NULL;
            }
            default -> throw new MalformedJsonException("a value is missing at " + path);
        };
    }

    private Map<String, Object> object(String path, int depth) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            String at = path + "/" + escape(key);
            if (object.put(key, value(at, depth + 1)) != null) {
                problems.add(at, "key '" + key + "' stands twice; remove one");
            }
        }
        reader.endObject();
        return object;
    }

    private List<Object> list(String path, int depth) throws IOException {
        List<Object> list = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            list.add(value(path + "/" + list.size(), depth + 1));
        }
        reader.endArray();
        return list;
    }

    /** Writes a key as a part of a JSON pointer (RFC 6901 section 3). */
    static String escape(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }
}
