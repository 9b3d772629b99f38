/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import java.io.IOException;

/**
 * A byte stream to a device that is open; made by {@link StreamOpener}. Used by one thread at a time, but for {@link #close()},
 * which may come from any thread and ends what waits. A thread that is interrupted stops waiting.
 */
public interface ByteStream {

    /** What {@link #read} returns at the end of the stream. */
    int END = -1;

    /**
     * Waits for bytes.
     *
     * @param target takes them from its start on
     * @param count most bytes, 1 to the length of {@code target}
     * @param waitNanos longest wait
     * @return how many came; 0 when none did in time; {@link #END} when the device has closed the stream
     */
    int read(byte[] target, int count, long waitNanos) throws IOException, InterruptedException;

    /**
     * Sends all of {@code bytes}.
     *
     * @param waitNanos longest wait for the other end to take them
     * @throws java.io.InterruptedIOException when it did not take them in time; some may have gone
     */
    void write(byte[] bytes, long waitNanos) throws IOException, InterruptedException;

    /** Closes it; twice does nothing. */
    void close();
}
