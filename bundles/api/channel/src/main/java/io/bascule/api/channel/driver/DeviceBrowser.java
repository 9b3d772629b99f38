/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Tells people what a device has, so that they can make a channel list. A driver whose devices know registers a service for each
 * of them. Safe for use by any thread; does not wait for the device's lane and does not hold it up.
 */
@ConsumerType
public interface DeviceBrowser {

    /** Most entries that one call returns. */
    int ENTRIES_MAX = 10_000;

    /**
     * Something that a device has.
     *
     * @param name how the device calls it, for people; may be empty
     * @param address as the driver takes it in a channel list
     * @param kind the type a channel there can have; null when it is no value, or one of a type that no channel can have
     * @param access what the device allows; null when there is no value
     * @param options what a channel there needs besides its address, by name; empty when the driver's defaults fit
     * @param hasMore whether there can be more below: {@link #browse} with its address tells
     */
    record Entry(
            String name,
            String address,
            @Nullable ValueKind kind,
            Channel.@Nullable Access access,
            Map<String, String> options,
            boolean hasMore) {

        /** Checks that nothing is missing and copies the options. */
        public Entry {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(address, "address");
            options = Map.copyOf(options);
        }
    }

    /** Returns the name of the device. */
    String device();

    /**
     * Returns what is directly below an address, in the order of the device, at most {@link #ENTRIES_MAX} entries.
     *
     * @param address of an {@link Entry}; empty for the top
     * @throws IllegalArgumentException when it is no address; says what was expected
     * @throws DriverException when the device is not connected or does not answer, or has nothing of that address
     * @throws InterruptedException when the thread was interrupted
     */
    List<Entry> browse(String address, Deadline deadline) throws DriverException, InterruptedException;
}
