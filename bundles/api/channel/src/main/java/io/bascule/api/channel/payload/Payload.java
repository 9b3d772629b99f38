/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.payload;

import org.osgi.annotation.versioning.ProviderType;

/** A payload that was received, for {@link PayloadField#read}. Used by one thread at a time. */
@ProviderType
public interface Payload {

    /** Returns how many bytes it has. */
    int size();
}
