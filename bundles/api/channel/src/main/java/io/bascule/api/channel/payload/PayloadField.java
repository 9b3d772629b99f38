/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.payload;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import org.osgi.annotation.versioning.ProviderType;

/** Where the value of a channel is in payloads, and how it is written into one. Immutable. */
@ProviderType
public interface PayloadField {

    /** Returns the type of the values. */
    ValueKind kind();

    /**
     * Returns what {@code payload} says.
     *
     * @param payload made by the same {@link PayloadFormats}
     */
    Content read(Payload payload);

    /**
     * Returns the payload that tells a device of {@code value}: the value itself in this field's format, or the template with the
     * value in it.
     *
     * @throws IllegalArgumentException when there is no way to write it: it is of another kind, or not a finite number
     */
    byte[] write(Value value);

    /** Returns the media type of what {@link #write} makes, for example {@code application/json}. */
    String mediaType();
}
