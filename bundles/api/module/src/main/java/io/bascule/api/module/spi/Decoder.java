/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.module.ModuleException;
import org.osgi.annotation.versioning.ConsumerType;

/** An instance that turns frames of bytes into readings, which leave through its context's output. */
@ConsumerType
public interface Decoder extends Instance {

    /**
     * Decodes the first frame in {@code data}.
     *
     * @param data bytes as they came, perhaps less or more than a frame
     * @param timeNanos when they came, nanoseconds since 1970-01-01T00:00:00Z
     * @return how many bytes were used: 0 when more are needed
     * @throws ModuleException when the frame is corrupt or the module failed
     */
    int decode(byte[] data, long timeNanos) throws ModuleException;
}
