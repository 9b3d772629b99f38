/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.payload;

import io.bascule.api.channel.driver.ChannelConfig;
import org.osgi.annotation.versioning.ProviderType;

/** Understands payloads. Safe for use by any thread; does no input or output. */
@ProviderType
public interface PayloadFormats {

    /** Longest text or bytes that become a value, in bytes. */
    int VALUE_BYTES_MAX = 65_536;

    /** Deepest nesting of a JSON document that is read. */
    int DEPTH_MAX = 64;

    /**
     * Understands where the value of a channel is. Asks {@code channel} for the options {@code type}, {@code format},
     * {@code pointer}, {@code column}, {@code line}, {@code separator}, {@code on}, {@code off}, {@code bytes},
     * {@code timePointer}, {@code timeColumn}, {@code timeUnit} and {@code template}; docs/reference/configuration.md says what
     * they mean.
     *
     * @throws IllegalArgumentException when they make no sense; says what was expected, for people
     */
    PayloadField field(ChannelConfig channel);

    /**
     * Returns a payload in which fields can be looked up. It is parsed when the first field asks, and only once.
     *
     * @param bytes the payload, may be empty; not copied, so it must not be changed afterwards
     */
    Payload payload(byte[] bytes);
}
