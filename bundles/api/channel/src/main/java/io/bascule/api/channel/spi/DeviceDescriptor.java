/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.spi;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import java.util.List;

/**
 * A device and its channels, as its driver knows them.
 *
 * @param name unique in the gateway; the first segment of its channels' names by convention
 * @param driver the driver's name, for people
 * @param points its channels
 */
public record DeviceDescriptor(String name, String driver, List<Point> points) {

    /** Copies the list. */
    public DeviceDescriptor {
        Channel.requireName(name);
        points = List.copyOf(points);
    }

    /**
     * A channel before it has a handle; see {@link Channel}.
     *
     * @param channel the full channel name
     * @param kind the type of its values
     * @param access what can be done with it
     * @param unit engineering unit, empty when there is none
     * @param description one line for people, may be empty
     */
    public record Point(String channel, ValueKind kind, Channel.Access access, String unit, String description) {
        /** Checks the name. */
        public Point {
            Channel.requireName(channel);
        }
    }
}
