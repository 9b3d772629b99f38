/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.pi4j;

import com.pi4j.context.Context;
import com.pi4j.io.spi.Spi;
import io.bascule.driver.gpio.board.SpiDevice;
import java.io.IOException;

/** An SPI device by Pi4J. */
final class Pi4jSpi implements SpiDevice {

    private final Pi4jBoard board;
    private final Context context;
    private final Spi spi;
    private final String name;

    Pi4jSpi(Pi4jBoard board, Context context, Spi spi, int bus, int chip) {
        this.board = board;
        this.context = context;
        this.spi = spi;
        this.name = "SPI device " + bus + "." + chip;
    }

    @Override
    public byte[] transfer(byte[] sent) throws IOException {
        byte[] received = new byte[sent.length];
        int code = Pi4jFailures.translated(name, () -> spi.transfer(sent, 0, received, 0, sent.length));
        if (code < 0) {
            throw new IOException(name + " does not work: code " + code);
        }
        return received;
    }

    @Override
    public void close() {
        board.close(context, spi);
    }
}
