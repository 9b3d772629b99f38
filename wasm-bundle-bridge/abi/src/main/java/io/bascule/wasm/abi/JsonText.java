/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;

/** Reads JSON strictly and within bounds: gson's own shortcuts accept what is not JSON and nest without end. */
public final class JsonText {

    /** Deepest nesting. */
    public static final int DEPTH_MAX = 32;

    private static final Gson GSON = new Gson();

    private JsonText() {}

    /**
     * Reads one JSON object.
     *
     * @param what names the text in messages, for example {@code "configuration of module 'pid'"}
     * @throws IllegalArgumentException when it is not one, nests deeper than {@link #DEPTH_MAX} or names a key twice
     */
    public static JsonObject parseObject(String text, String what) {
        if (depth(text) > DEPTH_MAX) {
            throw new IllegalArgumentException(what + " nests deeper than " + DEPTH_MAX + " levels");
        }
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            JsonElement element = GSON.getAdapter(JsonElement.class).read(reader);
            if (!(element instanceof JsonObject object) || reader.peek() != JsonToken.END_DOCUMENT) {
                throw new IllegalArgumentException(what + " is not one JSON object such as {\"threshold\": 80}");
            }
            return object;
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException(what + " is not valid JSON: " + e.getMessage(), e);
        }
    }

    private static int depth(String text) {
        int depth = 0;
        int deepest = 0;
        boolean isInString = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isInString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    isInString = false;
                }
            } else if (c == '"') {
                isInString = true;
            } else if (c == '{' || c == '[') {
                deepest = Math.max(deepest, ++depth);
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
        return deepest;
    }
}
