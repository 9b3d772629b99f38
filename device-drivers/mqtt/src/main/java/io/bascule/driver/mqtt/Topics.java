/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import java.nio.charset.StandardCharsets;

/** What a topic name is (MQTT 3.1.1 section 4.7). */
final class Topics {

    private static final int BYTES_MAX = 65_535;

    private Topics() {}

    /**
     * Returns {@code topic} if it is the name of one topic.
     *
     * @throws IllegalArgumentException when it is empty, too long, or a filter for several
     */
    static String requireName(String what, String topic) {
        boolean isFine = !topic.isEmpty()
                && topic.getBytes(StandardCharsets.UTF_8).length <= BYTES_MAX
                && topic.chars().noneMatch(c -> c == '+' || c == '#' || Character.isISOControl(c));
        if (!isFine) {
            throw new IllegalArgumentException(what + " '" + topic
                    + "' is not the name of one topic; expected 1 to 65535 bytes without + # and control characters");
        }
        return topic;
    }
}
