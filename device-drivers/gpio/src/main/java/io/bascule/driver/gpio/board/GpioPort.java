/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.board;

import java.io.IOException;

/** A line in use, as input or as output. Levels are electrical: a low-active meaning is not its affair. */
public interface GpioPort extends AutoCloseable {

    /**
     * Returns the level now. Safe for use by any thread.
     *
     * @throws IOException when it cannot be read
     */
    boolean isHigh() throws IOException;

    /**
     * Sets the level of an output.
     *
     * @throws IOException when it cannot be set
     */
    void set(boolean high) throws IOException;

    /**
     * Tells of edges of an input from now on, until it is closed. Called once for a port.
     *
     * @throws IOException when this line has no events
     */
    void listen(EdgeListener listener) throws IOException;

    /** Lets go of the line. Throws nothing. */
    @Override
    void close();
}
