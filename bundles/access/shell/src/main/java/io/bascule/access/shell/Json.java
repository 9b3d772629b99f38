/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Output for programs: JSON on one line, keys in a fixed order. Safe for use by any thread. */
public final class Json {

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private final Map<String, @Nullable Object> members = new LinkedHashMap<>();

    private Json() {}

    /** Starts an object. */
    public static Json object() {
        return new Json();
    }

    /** Adds a member. A double that JSON cannot write (NaN, infinity) becomes {@code null}. */
    public Json with(String key, @Nullable Object value) {
        boolean isUnwritable = value instanceof Double number && !Double.isFinite(number);
        members.put(key, isUnwritable ? null : value instanceof Json nested ? nested.members : value);
        return this;
    }

    /** Returns the object as it can stand in a list that {@link #text} writes. */
    public Map<String, @Nullable Object> toMap() {
        return members;
    }

    /** Writes a value made of maps, lists, texts, numbers and booleans. */
    public static String text(Object value) {
        return GSON.toJson(value instanceof Json json ? json.members : value);
    }
}
