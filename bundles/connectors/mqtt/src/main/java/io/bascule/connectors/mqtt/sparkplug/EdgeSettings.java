/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.sparkplug;

import io.bascule.api.security.NamePattern;
import java.time.Duration;
import java.util.List;

/**
 * What an edge node is called and how it behaves.
 *
 * @param group id of its group
 * @param node its own id
 * @param host id of the primary host, without which nothing is said; empty for none
 * @param qos of births and data, 0 or 1; the specification says 0
 * @param channels which channels births announce
 * @param answerTimeout how long the broker may take to answer
 */
public record EdgeSettings(
        String group, String node, String host, int qos, List<NamePattern> channels, Duration answerTimeout) {

    /** First level of every topic, Sparkplug 3.0 section 4.1. */
    public static final String NAMESPACE = "spBv1.0";

    /** Returns a topic. */
    String topic(String type, String device) {
        String node = NAMESPACE + "/" + group + "/" + type + "/" + this.node;
        return device.isEmpty() ? node : node + "/" + device;
    }

    /** Returns where the primary host says whether it is there, section 5.15. */
    String stateTopic() {
        return NAMESPACE + "/STATE/" + host;
    }

    /** Returns whether births announce a channel. */
    boolean announces(String channel) {
        return channels.stream().anyMatch(pattern -> pattern.matches(channel));
    }
}
