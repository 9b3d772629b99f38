/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.wasm.abi.Endpoint;
import java.io.IOException;

/** Opens byte streams to devices. Safe for use by any thread. */
@FunctionalInterface
public interface StreamOpener {

    /**
     * Opens a stream to an endpoint that has been granted.
     *
     * @param waitNanos longest wait
     * @throws java.io.InterruptedIOException when it took longer
     * @throws IOException when it cannot be opened; says why
     * @throws InterruptedException when the thread was interrupted
     */
    ByteStream open(Endpoint endpoint, long waitNanos) throws IOException, InterruptedException;
}
