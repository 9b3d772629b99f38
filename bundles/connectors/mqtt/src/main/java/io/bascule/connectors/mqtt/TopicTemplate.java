/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A topic with places to fill in, written {@code {word}}. Immutable.
 *
 * @param parts texts and words in turn: a text, a word, a text, and so on; texts may be empty
 */
record TopicTemplate(List<String> parts) {

    /** The whole name of the channel. */
    static final String CHANNEL = "channel";
    /** The first segment of the channel's name. */
    static final String DEVICE = "device";
    /** What follows the first segment. */
    static final String POINT = "point";
    /** The topic that a module gave its message. */
    static final String TOPIC = "topic";
    /** The name of the gateway. */
    static final String GATEWAY = "gateway";
    /** The name of the flow. */
    static final String FLOW = "flow";
    /** The name of the stage. */
    static final String STAGE = "stage";

    /** Words that stand for a channel. */
    static final Set<String> OF_CHANNELS = Set.of(CHANNEL, DEVICE, POINT);

    /** Longest topic in bytes, MQTT 3.1.1 section 1.5.3. */
    private static final int BYTES_MAX = 65_535;

    /**
     * Reads a template.
     *
     * @param allowed the words that can be filled in
     * @throws IllegalArgumentException when it is not one; the message says what was expected
     */
    static TopicTemplate parse(String text, Set<String> allowed) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        int open = text.indexOf('{');
        while (open >= 0) {
            int close = text.indexOf('}', open);
            String word = close < 0 ? text.substring(open) : text.substring(open + 1, close);
            if (close < 0 || !allowed.contains(word)) {
                throw new IllegalArgumentException("'" + text + "' has '" + word + "' to be filled in; expected one of "
                        + allowed.stream().sorted().map(w -> "{" + w + "}").toList());
            }
            parts.add(text.substring(at, open));
            parts.add(word);
            at = close + 1;
            open = text.indexOf('{', at);
        }
        parts.add(text.substring(at));
        TopicTemplate template = new TopicTemplate(List.copyOf(parts));
        requireTopic(template.fill(Map.of(), ""), text);
        return template;
    }

    /** Checks what MQTT 3.1.1 section 4.7 says of the name of a topic. */
    private static void requireTopic(String topic, String shown) {
        boolean isValid = !topic.isEmpty()
                && topic.getBytes(StandardCharsets.UTF_8).length <= BYTES_MAX
                && topic.charAt(0) != '$'
                && topic.indexOf('}') < 0
                && topic.chars().noneMatch(c -> c == '+' || c == '#' || c == 0);
        if (!isValid) {
            throw new IllegalArgumentException("'" + shown
                    + "' is no topic to publish to; expected text without + and #, not beginning with $, for example"
                    + " 'plant1/{device}/{point}'");
        }
    }

    /** Returns whether a word is in it. */
    boolean has(String word) {
        for (int i = 1; i < parts.size(); i += 2) {
            if (parts.get(i).equals(word)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the topic for a channel. */
    String of(Channel channel, Map<String, String> fixed) {
        return fill(fixed, channel.name());
    }

    /** Returns the topic for what is about no channel. */
    String of(Map<String, String> fixed) {
        return fill(fixed, "");
    }

    private String fill(Map<String, String> fixed, String channel) {
        StringBuilder topic = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            String part = parts.get(i);
            topic.append(i % 2 == 0 ? part : value(part, fixed, channel));
        }
        return topic.toString();
    }

    private static String value(String word, Map<String, String> fixed, String channel) {
        int slash = channel.indexOf('/');
        return switch (word) {
            case CHANNEL -> channel.isEmpty() ? word : channel;
            case DEVICE -> channel.isEmpty() ? word : slash < 0 ? channel : channel.substring(0, slash);
            case POINT -> channel.isEmpty() ? word : channel.substring(slash + 1);
            // A wildcard that came with a name would make the topic unusable.
            default ->
                fixed.getOrDefault(word, word)
                        .replace('+', '_')
                        .replace('#', '_')
                        .replace('\0', '_');
        };
    }
}
