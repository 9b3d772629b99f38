/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.driver.ChannelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Channels in one line, {@code NAME=ADDRESS(option=value,option=value); NAME=ADDRESS}. Addresses and values that hold one of
 * {@code ; , ( ) "} or outer spaces stand in double quotes, in which a double quote is doubled.
 */
final class ChannelText {

    private static final char QUOTE = '"';

    private final String text;
    private int at;

    private ChannelText(String text) {
        this.text = text;
    }

    /** Reads channels; what is wrong with one is told to {@code problems}, and the next one is tried. */
    static List<ChannelConfig> parse(String text, Consumer<String> problems) {
        ChannelText reader = new ChannelText(text);
        List<ChannelConfig> channels = new ArrayList<>();
        while (reader.at < text.length()) {
            int start = reader.at;
            try {
                ChannelConfig channel = reader.channel();
                if (channel != null) {
                    channels.add(channel);
                }
            } catch (IllegalArgumentException e) {
                reader.at = start;
                reader.skipChannel();
                problems.accept("'" + text.substring(start, reader.at).strip() + "' is not written as"
                        + " NAME=ADDRESS(option=value,...): " + e.getMessage());
            }
            if (reader.at < text.length()) {
                reader.at++;
            }
        }
        return channels;
    }

    /** Reads one channel up to the semicolon after it; null when there is nothing before that. */
    private @org.jspecify.annotations.Nullable ChannelConfig channel() {
        String name = upTo("=;(").strip();
        if (name.isEmpty() && (atEnd() || peek() == ';')) {
            return null;
        }
        if (name.isEmpty() || atEnd() || peek() != '=') {
            throw new IllegalArgumentException("there is no '=' after a name");
        }
        at++;
        String address = part(";(");
        if (address.isEmpty()) {
            throw new IllegalArgumentException("there is no address after '='");
        }
        Map<String, String> options = new LinkedHashMap<>();
        if (!atEnd() && peek() == '(') {
            at++;
            options(options);
        }
        skipSpaces();
        if (!atEnd() && peek() != ';') {
            throw new IllegalArgumentException("expected ';' before '" + text.substring(at) + "'");
        }
        return new ChannelConfig(name, address, options, "");
    }

    private void options(Map<String, String> options) {
        skipSpaces();
        while (atEnd() || peek() != ')') {
            String key = upTo("=,;()").strip();
            if (key.isEmpty() || atEnd() || peek() != '=') {
                throw new IllegalArgumentException("an option is not written as option=value, or ')' is missing");
            }
            at++;
            if (options.put(key, part(",;)")) != null) {
                throw new IllegalArgumentException("option '" + key + "' is given twice");
            }
            if (!atEnd() && peek() == ',') {
                at++;
                skipSpaces();
            } else if (atEnd() || peek() != ')') {
                throw new IllegalArgumentException("')' is missing after option '" + key + "'");
            }
        }
        at++;
    }

    /** Reads a text in quotes, or up to one of {@code ends}. */
    private String part(String ends) {
        skipSpaces();
        if (atEnd() || peek() != QUOTE) {
            return upTo(ends).strip();
        }
        StringBuilder quoted = new StringBuilder();
        at++;
        while (true) {
            if (atEnd()) {
                throw new IllegalArgumentException("a double quote is not closed");
            }
            char c = text.charAt(at++);
            if (c != QUOTE) {
                quoted.append(c);
            } else if (!atEnd() && peek() == QUOTE) {
                quoted.append(QUOTE);
                at++;
            } else {
                break;
            }
        }
        skipSpaces();
        if (!atEnd() && ends.indexOf(peek()) < 0) {
            throw new IllegalArgumentException("after a quoted text expected one of '" + ends + "'");
        }
        return quoted.toString();
    }

    private String upTo(String ends) {
        int start = at;
        while (!atEnd() && ends.indexOf(peek()) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    /** Goes to the semicolon that ends a channel which cannot be read. */
    private void skipChannel() {
        boolean isQuoted = false;
        while (!atEnd() && (isQuoted || peek() != ';')) {
            isQuoted ^= peek() == QUOTE;
            at++;
        }
    }

    private void skipSpaces() {
        while (!atEnd() && Character.isWhitespace(peek())) {
            at++;
        }
    }

    private boolean atEnd() {
        return at >= text.length();
    }

    private char peek() {
        return text.charAt(at);
    }
}
