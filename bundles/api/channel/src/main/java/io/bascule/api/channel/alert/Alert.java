/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.alert;

import java.util.Objects;

/**
 * Something a person should know.
 *
 * @param source who raised it: the name of a module, a flow stage or a driver
 * @param severity 1 (least) to 1000 (most), as in OPC UA events (OPC 10000-5 §6.4.2)
 * @param channel the name of the channel it is about, empty when it is about none
 * @param timeNanos source time of what caused it, nanoseconds since 1970-01-01T00:00:00Z
 * @param value the value that caused it, NaN when there is none
 * @param text what happened, for people; not empty, at most {@value #TEXT_MAX} characters
 */
public record Alert(String source, int severity, String channel, long timeNanos, double value, String text) {

    /** Longest text, in characters. */
    public static final int TEXT_MAX = 1024;

    /** Checks ranges. */
    public Alert {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(channel, "channel");
        if (severity < 1 || severity > 1000) {
            throw new IllegalArgumentException("alert severity " + severity + " is not within 1 to 1000");
        }
        if (text.isBlank() || text.length() > TEXT_MAX) {
            throw new IllegalArgumentException(
                    "alert text must have 1 to " + TEXT_MAX + " characters, got " + text.length());
        }
    }
}
