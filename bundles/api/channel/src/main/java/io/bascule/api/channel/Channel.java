/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import io.bascule.api.security.NamePattern;
import java.util.Objects;

/**
 * A data point of a device. Channels keep their handle for as long as the gateway runs, also when their device goes away
 * and comes back.
 *
 * @param handle the number that stands for the channel in batches, 1 and up
 * @param name unique in the gateway, {@code device/point} in segments of letters, digits, {@code . _ -}
 * @param device the name of the device, or {@link #VIRTUAL_DEVICE} for a channel that a module or flow made
 * @param kind the type of its values
 * @param access what can be done with it
 * @param unit engineering unit such as {@code degC}, empty when there is none
 * @param description one line for people, may be empty
 */
public record Channel(
        int handle, String name, String device, ValueKind kind, Access access, String unit, String description) {

    /** The device name of channels that no device feeds: outputs of modules. */
    public static final String VIRTUAL_DEVICE = "virtual";

    /** What can be done with a channel. */
    public enum Access {
        /** Only read. */
        READ,
        /** Only written. */
        WRITE,
        /** Both. */
        READ_WRITE;

        /** Returns whether the channel can be read. */
        public boolean canRead() {
            return this != WRITE;
        }

        /** Returns whether the channel can be written. */
        public boolean canWrite() {
            return this != READ;
        }
    }

    /** Checks the name. */
    public Channel {
        requireName(name);
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(access, "access");
    }

    /**
     * Returns {@code name} if a channel may be called so.
     *
     * @throws IllegalArgumentException when it may not
     */
    public static String requireName(String name) {
        boolean isValid = !name.isEmpty()
                && name.length() <= NamePattern.LENGTH_MAX
                && !name.startsWith("/")
                && !name.endsWith("/")
                && !name.contains("//");
        for (int i = 0; isValid && i < name.length(); i++) {
            char c = name.charAt(i);
            isValid = c < 128 && (Character.isLetterOrDigit(c) || c == '/' || c == '.' || c == '_' || c == '-');
        }
        if (!isValid) {
            throw new IllegalArgumentException(
                    "channel name '" + name + "' is not valid; expected segments of letters, digits and . _ -"
                            + " separated by single slashes, for example 'press1/temperature'");
        }
        return name;
    }
}
