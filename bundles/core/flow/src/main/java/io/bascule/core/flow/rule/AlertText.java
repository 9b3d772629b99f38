/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.alert.Alert;

/** Fills the places in an alert's text. */
final class AlertText {

    /** Longest text that a person can configure; names and numbers make it longer. */
    static final int TEMPLATE_MAX = 512;

    private AlertText() {}

    /** Puts in channel, value and limit and cuts what is too long. */
    static String fill(String template, String channel, double value, double limit) {
        String text = template.replace("{channel}", channel)
                .replace("{value}", Double.toString(value))
                .replace("{limit}", Double.toString(limit));
        return text.length() > Alert.TEXT_MAX ? text.substring(0, Alert.TEXT_MAX) : text;
    }
}
