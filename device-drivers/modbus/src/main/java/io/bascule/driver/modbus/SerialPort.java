/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import java.io.IOException;

/** A serial port as bytes; made by {@link SerialPorts}. Used by one thread at a time. */
interface SerialPort {

    /** Sends all of {@code bytes}. */
    void write(byte[] bytes) throws IOException;

    /**
     * Waits for bytes.
     *
     * @return how many were put into {@code target} from {@code offset} on; 0 when none came in time
     */
    int read(byte[] target, int offset, int millis) throws IOException, InterruptedException;

    /** Throws away what has come. */
    void drain() throws IOException;

    /** Closes it; twice does nothing. */
    void close();
}
