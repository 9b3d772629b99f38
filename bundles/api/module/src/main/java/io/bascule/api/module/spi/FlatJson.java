/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.module.ModuleException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads one JSON object (RFC 8259) whose values are texts, numbers, true, false or null: the settings of a stage. */
final class FlatJson {

    private static final int CHARS_MAX = 65_536;

    private final String text;
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    /**
     * Reads.
     *
     * @return the values by name; null values are left out, numbers are {@link BigDecimal}
     * @throws ModuleException when {@code text} is something else; says where
     */
    static Map<String, Object> parse(String text) throws ModuleException {
        if (text.length() > CHARS_MAX) {
            throw new ModuleException(
                    "the configuration has " + text.length() + " characters; at most " + CHARS_MAX + " are read");
        }
        return new FlatJson(text).object();
    }

    private Map<String, Object> object() throws ModuleException {
        Map<String, Object> values = new LinkedHashMap<>();
        expect('{');
        if (peek() != '}') {
            do {
                skipSpace();
                String name = string();
                expect(':');
                value(name, values);
            } while (takes(','));
        }
        expect('}');
        skipSpace();
        if (at < text.length()) {
            throw wrong("nothing more");
        }
        return values;
    }

    private void value(String name, Map<String, Object> values) throws ModuleException {
        char next = peek();
        if (next == '"') {
            values.put(name, string());
        } else if (next == '-' || (next >= '0' && next <= '9')) {
            values.put(name, number());
        } else if (word("true")) {
            values.put(name, true);
        } else if (word("false")) {
            values.put(name, false);
        } else if (!word("null")) {
            throw wrong("a text, a number, true or false as value of '" + name + "'");
        }
    }

    private boolean word(String word) {
        if (text.startsWith(word, at)) {
            at += word.length();
            return true;
        }
        return false;
    }

    private BigDecimal number() throws ModuleException {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return new BigDecimal(text.substring(start, at));
        } catch (NumberFormatException e) {
            throw new ModuleException(
                    "the configuration holds '" + text.substring(start, at) + "' at character " + start
                            + "; expected a number",
                    e);
        }
    }

    private String string() throws ModuleException {
        expect('"');
        StringBuilder plain = new StringBuilder();
        while (true) {
            char c = take();
            if (c == '"') {
                return plain.toString();
            }
            plain.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws ModuleException {
        char c = take();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = Character.digit(take(), 16);
                    if (digit < 0) {
                        throw wrong("four hexadecimal digits");
                    }
                    code = code * 16 + digit;
                }
                yield (char) code;
            }
            default -> throw wrong("an escape of JSON");
        };
    }

    private char take() throws ModuleException {
        if (at >= text.length()) {
            throw wrong("the end of a text");
        }
        return text.charAt(at++);
    }

    private boolean takes(char wanted) {
        if (peek() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char wanted) throws ModuleException {
        if (!takes(wanted)) {
            throw wrong("'" + wanted + "'");
        }
    }

    /** Returns the next character that is no space; 0 at the end. */
    private char peek() {
        skipSpace();
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private ModuleException wrong(String expected) {
        return new ModuleException("the configuration is not a JSON object of settings: expected " + expected
                + " at character " + at + " of " + text.length());
    }
}
