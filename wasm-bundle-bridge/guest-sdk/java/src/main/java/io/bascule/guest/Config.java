/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The module's configuration: the top-level texts, numbers and booleans of one JSON object. Nested values are refused; null
 * and a missing key mean the default. Every method throws {@link IllegalArgumentException} with a message for the log.
 */
public final class Config {
    private final String json;
    private final Map<String, Object> values = new HashMap<>();
    private int at;

    Config(String json) {
        this.json = json;
        skipSpace();
        if (at == json.length()) {
            return; // no configuration at all is an empty one
        }
        expect('{');
        while (!accept('}')) {
            String key = text();
            expect(':');
            Object value = value();
            if (value != null) {
                values.put(key, value);
            }
            if (!accept(',') && peek() != '}') {
                throw new IllegalArgumentException("configuration lacks a comma at character " + at);
            }
        }
    }

    /** The number under a key, or the default; refused outside {@code min..max}. */
    public double number(String key, double otherwise, double min, double max) {
        Object value = values.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof Double number) || !(number >= min && number <= max)) {
            // Printing the limits would make every module larger by the code that formats doubles.
            throw new IllegalArgumentException(key + " is not a number of the permitted range");
        }
        return number;
    }

    /** The boolean under a key, or the default. */
    public boolean bool(String key, boolean otherwise) {
        Object value = values.get(key);
        if (value != null && !(value instanceof Boolean)) {
            throw new IllegalArgumentException(key + " must be true or false");
        }
        return value == null ? otherwise : (Boolean) value;
    }

    /** The text under a key, or the default. */
    public String text(String key, String otherwise) {
        Object value = values.get(key);
        if (value != null && !(value instanceof String)) {
            throw new IllegalArgumentException(key + " must be a text");
        }
        return value == null ? otherwise : (String) value;
    }

    /** Handle of the channel whose name is under a key; -1 if the key is missing or empty. */
    public int channel(String key) {
        String name = text(key, "");
        if (name.isEmpty()) {
            return -1;
        }
        int handle = Host.openChannel(name);
        if (handle < 0) {
            throw new IllegalArgumentException("channel " + name + " of " + key + " cannot be opened: code " + handle);
        }
        return handle;
    }

    private @Nullable Object value() {
        char c = peek();
        if (c == '"') {
            return text();
        }
        int start = at;
        while (at < json.length() && ",}] \t\r\n".indexOf(json.charAt(at)) < 0) {
            at++;
        }
        String word = json.substring(start, at);
        return switch (word) {
            case "null" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> new Decimal(word).value();
        };
    }

    private String text() {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (at < json.length()) {
            char c = json.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
        throw new IllegalArgumentException("configuration ends inside a text");
    }

    private char escaped() {
        char c = at < json.length() ? json.charAt(at++) : ' ';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> unicode();
            default -> throw new IllegalArgumentException("configuration has a bad escape at character " + at);
        };
    }

    private char unicode() {
        if (at + 4 > json.length()) {
            throw new IllegalArgumentException("configuration ends inside an escape");
        }
        at += 4;
        return (char) Integer.parseInt(json.substring(at - 4, at), 16);
    }

    private void skipSpace() {
        while (at < json.length() && json.charAt(at) <= ' ') {
            at++;
        }
    }

    private char peek() {
        skipSpace();
        return at < json.length() ? json.charAt(at) : '\0';
    }

    private boolean accept(char c) {
        boolean found = peek() == c;
        if (found) {
            at++;
        }
        return found;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw new IllegalArgumentException("configuration lacks " + c + " at character " + at);
        }
    }
}
