/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.ChannelRegistry;
import java.util.Arrays;

/** One double for each channel, by handle; handles are small and dense, so an array serves without boxing. Confined. */
final class ChannelDoubles {

    private double[] values = new double[0];

    /** Returns what was set last for the channel, NaN before. */
    double get(int handle) {
        return handle >= 0 && handle < values.length ? values[handle] : Double.NaN;
    }

    /** Sets the channel's number; handles that no gateway has are ignored. */
    void set(int handle, double value) {
        if (handle < 0 || handle > ChannelRegistry.CHANNELS_MAX) {
            return;
        }
        if (handle >= values.length) {
            int before = values.length;
            values = Arrays.copyOf(values, Math.max(handle + 1, before * 2));
            Arrays.fill(values, before, values.length, Double.NaN);
        }
        values[handle] = value;
    }
}
