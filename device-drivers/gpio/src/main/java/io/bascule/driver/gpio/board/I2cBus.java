/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.board;

import java.io.IOException;

/** A bus with chips at addresses of 7 bits. */
public interface I2cBus extends AutoCloseable {

    /**
     * Writes, and reads without giving the bus up in between (repeated start), as chips with registers want it.
     *
     * @param chip address, 0x03 to 0x77
     * @param command what is written first: a register or a command, 1 byte and more
     * @param count bytes to read, 1 and up
     * @return so many bytes
     * @throws IOException when the chip does not answer, or with too little
     */
    byte[] writeRead(int chip, byte[] command, int count) throws IOException;

    /**
     * Writes.
     *
     * @throws IOException when the chip does not take it
     */
    void write(int chip, byte[] bytes) throws IOException;

    /**
     * Reads.
     *
     * @param count bytes, 1 and up
     * @return so many bytes
     * @throws IOException when the chip does not answer, or with too little
     */
    byte[] read(int chip, int count) throws IOException;

    /** Closes it. Throws nothing. */
    @Override
    void close();
}
