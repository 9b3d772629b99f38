/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.driver.ChannelConfig;

/**
 * Raw values of a device to values in the channel's unit and back: {@code raw * scale + offset}.
 *
 * @param scale not 0
 * @param offset in the channel's unit
 */
record Scaling(double scale, double offset) {

    /** Raw values are the values. */
    static final Scaling NONE = new Scaling(1, 0);

    static Scaling of(ChannelConfig channel) {
        double scale = channel.number("scale", 1);
        if (scale == 0) {
            throw new IllegalArgumentException("scale=0 makes every value the same; expected another number");
        }
        double offset = channel.number("offset", 0);
        return new Scaling(scale, offset);
    }

    boolean isNone() {
        return equals(NONE);
    }

    double fromRaw(double raw) {
        return raw * scale + offset;
    }

    double toRaw(double value) {
        return (value - offset) / scale;
    }
}
