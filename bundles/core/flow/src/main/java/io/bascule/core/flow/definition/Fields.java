/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.definition;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of one JSON object and notes everything that is wrong with them. Each getter returns its default when the
 * key is absent or wrong, so that reading goes on and finds the other problems too. {@link #end()} notes keys that nobody
 * asked for.
 */
public final class Fields {

    private final JsonObject object;
    private final String path;
    private final List<Problem> problems;
    private final Set<String> known = new LinkedHashSet<>();

    /** Reads {@code object}, which stands at {@code path}. */
    public Fields(JsonObject object, String path, List<Problem> problems) {
        this.object = object;
        this.path = path;
        this.problems = problems;
    }

    /** Reads the configuration of a stage, of which paths are relative; what is not a JSON object counts as empty. */
    public static Fields ofConfig(String json, List<Problem> problems) {
        StrictJson strict = new StrictJson(json);
        problems.addAll(strict.problems());
        if (strict.root() instanceof JsonObject read) {
            return new Fields(read, "", problems);
        }
        if (strict.problems().isEmpty()) {
            problems.add(Problem.wrong("", "expected an object in braces"));
        }
        return new Fields(new JsonObject(), "", problems);
    }

    /** Returns where {@code key} stands. */
    public String at(String key) {
        return path + "/" + StrictJson.escape(key);
    }

    /** Returns whether {@code key} is there. */
    public boolean has(String key) {
        known.add(key);
        return object.has(key);
    }

    /** Notes a problem with {@code key}. */
    public void wrong(String key, String message) {
        problems.add(Problem.wrong(at(key), message));
    }

    /** Notes that {@code key} must be there. */
    public void require(String key, String expected) {
        if (!has(key)) {
            problems.add(Problem.wrong(path, "key '" + key + "' is missing; expected " + expected));
        }
    }

    private @Nullable JsonElement get(String key) {
        known.add(key);
        return object.get(key);
    }

    private @Nullable JsonPrimitive primitive(String key, String expected) {
        JsonElement value = get(key);
        if (value == null) {
            return null;
        }
        if (value instanceof JsonPrimitive primitive) {
            return primitive;
        }
        wrong(key, "expected " + expected + ", got " + kind(value));
        return null;
    }

    /** Returns text of at most {@code lengthMax} characters. */
    public String text(String key, String absent, int lengthMax) {
        JsonPrimitive value = primitive(key, "text");
        if (value == null) {
            return absent;
        }
        if (!value.isString()) {
            wrong(key, "expected text in quotes, got " + value);
            return absent;
        }
        String text = value.getAsString();
        if (text.length() > lengthMax) {
            wrong(key, "expected at most " + lengthMax + " characters, got " + text.length());
            return absent;
        }
        return text;
    }

    /** Returns true or false. */
    public boolean flag(String key, boolean absent) {
        JsonPrimitive value = primitive(key, "true or false");
        if (value == null) {
            return absent;
        }
        if (!value.isBoolean()) {
            wrong(key, "expected true or false, got " + value);
            return absent;
        }
        return value.getAsBoolean();
    }

    /** Returns a whole number within a range. */
    public int integer(String key, int absent, int min, int max) {
        String expected = "a whole number from " + min + " to " + max;
        BigDecimal value = decimal(key, expected);
        if (value == null) {
            return absent;
        }
        try {
            int number = value.intValueExact();
            if (number >= min && number <= max) {
                return number;
            }
        } catch (ArithmeticException e) {
            // Reported below like a number out of range.
        }
        wrong(key, "expected " + expected + ", got " + value.toString());
        return absent;
    }

    /** Returns a number that is at least {@code min}; NaN when it is absent or wrong. */
    public double number(String key, double min) {
        BigDecimal value = decimal(key, min == Double.NEGATIVE_INFINITY ? "a number" : "a number from " + min + " up");
        if (value == null) {
            return Double.NaN;
        }
        double number = value.doubleValue();
        if (!Double.isFinite(number) || number < min) {
            wrong(key, "expected a number from " + min + " up, got " + value);
            return Double.NaN;
        }
        return number;
    }

    private @Nullable BigDecimal decimal(String key, String expected) {
        JsonPrimitive value = primitive(key, expected);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            wrong(key, "expected " + expected + ", got " + value);
            return null;
        }
        return value.getAsBigDecimal();
    }

    /** Returns one of the words; {@code absent} when it is absent or another. */
    public String word(String key, String absent, List<String> words) {
        String value = text(key, absent, Integer.MAX_VALUE);
        if (!words.contains(value)) {
            wrong(
                    key,
                    "expected one of " + String.join(", ", words) + ", got '" + value + "'" + suggestion(value, words));
            return absent;
        }
        return value;
    }

    /** Returns a list of texts, 1 to {@code sizeMax}; empty when it is absent or wrong. */
    public List<String> texts(String key, int sizeMax) {
        List<String> texts = new ArrayList<>();
        JsonArray array = array(key, sizeMax);
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i) instanceof JsonPrimitive primitive && primitive.isString()) {
                texts.add(primitive.getAsString());
            } else {
                problems.add(Problem.wrong(at(key) + "/" + i, "expected text in quotes, got " + kind(array.get(i))));
            }
        }
        return texts;
    }

    /** Returns a list of at most {@code sizeMax} elements; empty when it is absent or wrong. */
    public JsonArray array(String key, int sizeMax) {
        JsonElement value = get(key);
        if (value == null) {
            return new JsonArray();
        }
        if (!(value instanceof JsonArray array)) {
            wrong(key, "expected a list in brackets, got " + kind(value));
            return new JsonArray();
        }
        if (array.size() > sizeMax) {
            wrong(key, "expected at most " + sizeMax + " elements, got " + array.size());
            return new JsonArray();
        }
        return array;
    }

    /** Returns an object as it is; empty when it is absent or wrong. */
    public Optional<JsonObject> object(String key) {
        JsonElement value = get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof JsonObject found) {
            return Optional.of(found);
        }
        wrong(key, "expected an object in braces, got " + kind(value));
        return Optional.empty();
    }

    /** Returns the keys of an object, to be read one by one; of an empty one when it is absent or wrong. */
    public Fields fields(String key) {
        return new Fields(object(key).orElseGet(JsonObject::new), at(key), problems);
    }

    /** Returns the keys that are there. */
    public Set<String> keys() {
        return object.keySet();
    }

    /** Notes every key that nobody asked for, with the key that may have been meant. */
    public void end() {
        for (String key : object.keySet()) {
            if (!known.contains(key)) {
                wrong(
                        key,
                        "key '" + key + "' is unknown here; expected " + String.join(", ", known)
                                + suggestion(key, known));
            }
        }
    }

    static String kind(JsonElement value) {
        if (value.isJsonObject()) {
            return "an object";
        }
        return value.isJsonArray() ? "a list" : value.toString();
    }

    /** Returns {@code "; did you mean 'x'?"} when one of the words differs by a slip of the finger, otherwise nothing. */
    public static String suggestion(String written, Collection<String> words) {
        String best = "";
        // One slip in a short word, two in a longer one: more is another word.
        int bestDistance = written.length() <= 3 ? 2 : 3;
        for (String word : words) {
            if (Math.abs(word.length() - written.length()) >= bestDistance) {
                continue;
            }
            int distance = distance(written, word);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = word;
            }
        }
        return best.isEmpty() ? "" : "; did you mean '" + best + "'?";
    }

    /** Edits between two words, where swapping neighbours is one edit (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            cost[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            cost[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                boolean isSame = a.charAt(i - 1) == b.charAt(j - 1);
                int best =
                        Math.min(cost[i - 1][j - 1] + (isSame ? 0 : 1), Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    best = Math.min(best, cost[i - 2][j - 2] + 1);
                }
                cost[i][j] = best;
            }
        }
        return cost[a.length()][b.length()];
    }
}
