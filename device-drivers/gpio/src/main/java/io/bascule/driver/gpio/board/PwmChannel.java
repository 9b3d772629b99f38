/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.board;

import java.io.IOException;

/** A pulse-width modulated output. */
public interface PwmChannel extends AutoCloseable {

    /**
     * Returns the duty cycle in percent, 0 to 100.
     *
     * @throws IOException when it cannot be read
     */
    double duty() throws IOException;

    /**
     * Sets the duty cycle.
     *
     * @param percent 0 to 100
     * @throws IOException when it cannot be set
     */
    void setDuty(double percent) throws IOException;

    /** Switches it off and lets go of it. Throws nothing. */
    @Override
    void close();
}
