/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.diozero;

import com.diozero.internal.provider.builtin.spi.NativeSpiDevice;
import io.bascule.driver.gpio.board.SpiDevice;
import java.io.IOException;

/** An SPI device by diozero. */
final class DiozeroSpi implements SpiDevice {

    private final NativeSpiDevice spi;
    private final String name;

    DiozeroSpi(NativeSpiDevice spi, String name) {
        this.spi = spi;
        this.name = name;
    }

    @Override
    public byte[] transfer(byte[] sent) throws IOException {
        return DiozeroBoard.translated(name, () -> spi.writeAndRead(sent, 0));
    }

    @Override
    public void close() {
        spi.close();
    }
}
