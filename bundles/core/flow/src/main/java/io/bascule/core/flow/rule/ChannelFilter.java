/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.security.NamePattern;
import io.bascule.core.flow.definition.Fields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Tells by handle whether a channel is meant. Each channel's name is matched once, not once for each reading. Confined. */
final class ChannelFilter {

    private static final int PATTERNS_MAX = 256;
    private static final byte MEANT = 1;
    private static final byte NOT_MEANT = 2;

    private final ChannelRegistry registry;
    private final List<NamePattern> patterns;
    private byte[] answers = new byte[64];

    ChannelFilter(ChannelRegistry registry, List<NamePattern> patterns) {
        this.registry = registry;
        this.patterns = List.copyOf(patterns);
    }

    /** Reads the key {@code channels}: absent means every channel. */
    static List<NamePattern> patterns(Fields config) {
        List<String> texts = config.texts("channels", PATTERNS_MAX);
        List<NamePattern> patterns = new ArrayList<>();
        for (String text : texts) {
            try {
                patterns.add(NamePattern.of(text));
            } catch (IllegalArgumentException e) {
                config.wrong("channels", String.valueOf(e.getMessage()));
            }
        }
        return patterns;
    }

    boolean isMeant(int handle) {
        if (patterns.isEmpty()) {
            return true;
        }
        if (handle < 0 || handle > ChannelRegistry.CHANNELS_MAX) {
            return false;
        }
        if (handle >= answers.length) {
            answers = Arrays.copyOf(answers, Math.max(handle + 1, answers.length * 2));
        }
        if (answers[handle] == 0) {
            Optional<Channel> channel = registry.find(handle);
            if (channel.isEmpty()) {
                return false;
            }
            String name = channel.get().name();
            answers[handle] = patterns.stream().anyMatch(p -> p.matches(name)) ? MEANT : NOT_MEANT;
        }
        return answers[handle] == MEANT;
    }
}
