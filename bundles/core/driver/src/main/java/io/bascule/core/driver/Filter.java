/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.driver.ChannelConfig;
import java.time.Duration;

/**
 * Which readings of a channel are worth publishing. A change of quality always is.
 *
 * @param deadband smallest change that is: in the channel's unit, or a fraction of the value last published; 0 for every reading
 * @param isRelative whether it is a fraction
 * @param minNanos shortest time between two; what comes sooner waits, and the last of it is published then
 * @param maxNanos longest time between two while readings arrive, 0 for no limit
 */
record Filter(double deadband, boolean isRelative, long minNanos, long maxNanos) {

    /** Every reading is. */
    static final Filter NONE = new Filter(0, false, 0, 0);

    private static final double PERCENT = 0.01;

    static Filter of(ChannelConfig channel) {
        String written = channel.text("deadband", "0");
        boolean isRelative = written.endsWith("%");
        double deadband;
        try {
            deadband = Double.parseDouble(isRelative ? written.substring(0, written.length() - 1) : written);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "deadband='" + written + "' is neither a number such as 0.5 nor a percentage such as 2%", e);
        }
        if (!(deadband >= 0) || Double.isInfinite(deadband)) {
            throw new IllegalArgumentException("deadband='" + written + "' is not 0 or more");
        }
        Duration min = channel.time("minInterval", Duration.ZERO);
        Duration max = channel.time("maxInterval", Duration.ZERO);
        if (!max.isZero() && max.compareTo(min) < 0) {
            throw new IllegalArgumentException("maxInterval=" + channel.text("maxInterval", "")
                    + " is shorter than minInterval=" + channel.text("minInterval", ""));
        }
        Filter filter =
                new Filter(isRelative ? deadband * PERCENT : deadband, isRelative, min.toNanos(), max.toNanos());
        return filter;
    }

    boolean isNone() {
        return equals(NONE);
    }

    /** Returns whether {@code value} differs enough from the one last published. */
    boolean isChange(double value, double published) {
        if (deadband == 0 || Double.isNaN(value) != Double.isNaN(published)) {
            return true;
        }
        // Written so that NaN after NaN is no change.
        return Math.abs(value - published) > (isRelative ? deadband * Math.abs(published) : deadband);
    }
}
