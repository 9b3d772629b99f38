/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.sparkplug;

import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.spi.DeviceDescriptor;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A device of an edge node, or the node itself, which has no name; what has been announced of it. Guarded by the node's lock. */
final class Device {

    /**
     * A metric that has been announced.
     *
     * @param device name of its device
     * @param name its own, within the device
     * @param alias what data call it
     * @param kind of its values
     * @param channel the channel that it is
     */
    record Metric(String device, String name, long alias, ValueKind kind, String channel) {}

    final String name;
    final Map<String, Metric> metrics = new TreeMap<>();

    /** As the registry had it at its last birth; null before, and of the node. */
    @Nullable
    DeviceDescriptor descriptor;

    /** Whether its last birth has been followed by no death. */
    boolean isAlive;

    /** When something was last said of it, by {@link System#nanoTime}. */
    long lastNanos;

    Device(String name) {
        this.name = name;
    }
}
