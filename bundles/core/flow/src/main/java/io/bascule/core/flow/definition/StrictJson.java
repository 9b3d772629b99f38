/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.definition;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) with what a configuration file needs on top: a key that stands twice is a problem, because one of
 * the two would be lost without a word, and depth and size are bounded. Remembers in which order things stand, so that
 * problems can be listed in the order of the document.
 */
public final class StrictJson {

    /** Longest document, in characters. */
    public static final int LENGTH_MAX = 1024 * 1024;

    private static final int DEPTH_MAX = 32;

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Integer> positions = new HashMap<>();
    private final @Nullable JsonElement root;

    /** Reads {@code text}. */
    public StrictJson(String text) {
        this.root = parse(text);
    }

    private @Nullable JsonElement parse(String text) {
        if (text.length() > LENGTH_MAX) {
            problems.add(Problem.wrong(
                    "", "the document has " + text.length() + " characters; at most " + LENGTH_MAX + " are read"));
            return null;
        }
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            JsonElement element = read(reader, "", 0);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new MalformedJsonException("there is more text after the end of the document");
            }
            return element;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            problems.add(Problem.wrong("", "the document is not JSON: " + e.getMessage()));
            return null;
        }
    }

    private JsonElement read(JsonReader reader, String path, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new MalformedJsonException("it is nested deeper than " + DEPTH_MAX + " at " + path);
        }
        positions.putIfAbsent(path, positions.size());
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> readObject(reader, path, depth);
            case BEGIN_ARRAY -> readArray(reader, path, depth);
            case STRING -> new JsonPrimitive(reader.nextString());
            case NUMBER -> new JsonPrimitive(new BigDecimal(reader.nextString()));
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> readNull(reader);
            default -> throw new MalformedJsonException("a value is missing at " + path);
        };
    }

    private static JsonElement readNull(JsonReader reader) throws IOException {
        reader.nextNull();
        return JsonNull.INSTANCE;
    }

    private JsonObject readObject(JsonReader reader, String path, int depth) throws IOException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            String at = path + "/" + escape(key);
            JsonElement value = read(reader, at, depth + 1);
            if (object.has(key)) {
                problems.add(Problem.wrong(at, "key '" + key + "' stands twice; remove one"));
            }
            object.add(key, value);
        }
        reader.endObject();
        return object;
    }

    private JsonArray readArray(JsonReader reader, String path, int depth) throws IOException {
        JsonArray array = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(read(reader, path + "/" + array.size(), depth + 1));
        }
        reader.endArray();
        return array;
    }

    /** Writes a key as a part of a JSON pointer (RFC 6901 section 3). */
    public static String escape(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    /** Returns what was read; null when the text is not JSON. */
    public @Nullable JsonElement root() {
        return root;
    }

    /** Returns what is wrong with the text itself. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    /** Returns where {@code path} stands in the document; for what is missing there, where it was expected. */
    public int position(String path) {
        String known = path;
        while (!positions.containsKey(known) && !known.isEmpty()) {
            known = known.substring(0, known.lastIndexOf('/'));
        }
        return positions.getOrDefault(known, 0);
    }
}
