/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.board;

import java.io.IOException;

/** A device on an SPI bus. */
public interface SpiDevice extends AutoCloseable {

    /**
     * Sends bytes while as many are received.
     *
     * @return what was received, as long as {@code sent}
     * @throws IOException when the bus does not work; a device that is not there cannot be told from one that says zeros
     */
    byte[] transfer(byte[] sent) throws IOException;

    /** Closes it. Throws nothing. */
    @Override
    void close();
}
