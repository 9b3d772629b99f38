/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.diozero;

import com.diozero.internal.provider.builtin.gpio.GpioChip;
import com.diozero.internal.provider.builtin.gpio.GpioLine;
import io.bascule.driver.gpio.board.EdgeListener;
import io.bascule.driver.gpio.board.GpioPort;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line by diozero. */
final class DiozeroPort implements GpioPort {

    private static final Logger LOG = LoggerFactory.getLogger(DiozeroPort.class);

    private final GpioChip chip;
    private final GpioLine line;
    private final String name;
    private boolean isListening;

    DiozeroPort(GpioChip chip, GpioLine line, String name) {
        this.chip = chip;
        this.line = line;
        this.name = name;
    }

    @Override
    public boolean isHigh() throws IOException {
        int value = DiozeroBoard.translated(name, line::getValue);
        if (value < 0) {
            throw new IOException(name + " cannot be read: code " + value);
        }
        return value != 0;
    }

    @Override
    public void set(boolean high) throws IOException {
        DiozeroBoard.translated(name, () -> {
            line.setValue(high ? 1 : 0);
            return true;
        });
    }

    @Override
    public void listen(EdgeListener listener) throws IOException {
        DiozeroBoard.translated(name, () -> {
            chip.register(
                    line.getFd(),
                    (descriptor, event, epochMillis, nanoTime) -> listener.onEdge(
                            event == GpioChip.GPIOEVENT_EVENT_RISING_EDGE, TimeUnit.MILLISECONDS.toNanos(epochMillis)));
            return true;
        });
        isListening = true;
    }

    @Override
    public void close() {
        try {
            if (isListening) {
                chip.deregister(line.getFd());
            }
            line.close();
        } catch (RuntimeException e) {
            LOG.warn("{} was not closed well", name, e);
        }
    }
}
