/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.driver.gpio.BoardAddress.AtStop;
import io.bascule.driver.gpio.RegisterAddress.Query;
import io.bascule.driver.gpio.board.Board;
import io.bascule.driver.gpio.board.GpioPort;
import io.bascule.driver.gpio.board.I2cBus;
import io.bascule.driver.gpio.board.PwmChannel;
import io.bascule.driver.gpio.board.SpiDevice;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What of a board is in use. A line is opened when it is first needed, so that one that cannot be opened is the trouble of its
 * channel only, and is tried again when it is needed again. Says in the log when something begins or ceases to fail.
 */
final class OpenLines implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenLines.class);

    private final String device;
    private final Board board;
    /** By the place, such as gpio:17; a place has one use at a time. */
    private final Map<String, Used> used = new HashMap<>();

    private final Map<String, String> failing = new TreeMap<>();

    /** How a place is used and by what. */
    private record Used(Object use, AutoCloseable opened) {}

    /** Opens something. */
    @FunctionalInterface
    private interface Opener<T extends AutoCloseable> {
        T open() throws IOException;
    }

    OpenLines(String device, Board board) {
        this.device = device;
        this.board = board;
    }

    GpioPort input(BoardAddress.Input input) throws IOException {
        return open(placeOf(input), input, GpioPort.class, () -> board.input(input.line(), input.pull()));
    }

    GpioPort output(BoardAddress.Output output) throws IOException {
        boolean isHigh = output.isOnAtStart() != output.isActiveLow();
        return open(placeOf(output), output, GpioPort.class, () -> board.output(output.line(), isHigh));
    }

    PwmChannel pwm(BoardAddress.Pwm pwm) throws IOException {
        return open(placeOf(pwm), pwm, PwmChannel.class, () -> board.pwm(pwm.chip(), pwm.channel(), pwm.hertz()));
    }

    I2cBus i2c(Query query) throws IOException {
        return open(placeOf(query), "i2c", I2cBus.class, () -> board.i2c(query.bus()));
    }

    SpiDevice spi(Query query) throws IOException {
        return open(
                placeOf(query),
                query.mode() + "/" + query.hertz(),
                SpiDevice.class,
                () -> board.spi(query.bus(), query.chip(), query.mode(), query.hertz()));
    }

    /** Returns the place that an address needs. */
    static String placeOf(BoardAddress address) {
        if (address instanceof RegisterAddress register) {
            return placeOf(register.query());
        }
        if (address instanceof BoardAddress.Input input) {
            return "gpio:" + input.line();
        }
        return address instanceof BoardAddress.Output output ? "gpio:" + output.line() : address.toString();
    }

    private static String placeOf(Query query) {
        return query.isSpi() ? query.chipName() : "i2c-" + query.bus();
    }

    private <T extends AutoCloseable> T open(String place, Object use, Class<T> type, Opener<T> opener)
            throws IOException {
        Used present = used.get(place);
        if (present != null && present.use().equals(use)) {
            return type.cast(present.opened());
        }
        // The configuration changed while the connection went on.
        close(place);
        T opened = opener.open();
        used.put(place, new Used(use, opened));
        return opened;
    }

    private void close(String place) {
        Used present = used.remove(place);
        if (present != null) {
            try {
                present.opened().close();
            } catch (Exception e) {
                LOG.warn("device={} {} was not closed well", device, place, e);
            }
        }
    }

    /** Says that something failed; what it needs is opened anew the next time. Logs it once for each message. */
    void failed(BoardAddress address, Exception problem) {
        close(placeOf(address));
        tell(nameOf(address), String.valueOf(problem.getMessage()));
    }

    /** Says that the answer of a chip was wrong. Logs it once for each message. */
    void tell(String name, String message) {
        if (!message.equals(failing.put(name, message))) {
            LOG.warn("device={} {} fails: {}", device, name, message);
        }
    }

    /** Says that something did not fail. */
    void succeeded(BoardAddress address) {
        if (!failing.isEmpty() && failing.remove(nameOf(address)) != null) {
            LOG.info("device={} {} works again", device, nameOf(address));
        }
    }

    /** Returns what people know an address by: the chip, of a register of it. */
    static String nameOf(BoardAddress address) {
        return address instanceof RegisterAddress register ? register.query().chipName() : address.toString();
    }

    /** Gives outputs the values that they are to have when the device stops, and closes everything. Throws nothing. */
    @Override
    public void close() {
        for (Used one : used.values()) {
            if (one.use() instanceof BoardAddress.Output output
                    && output.atStop() != AtStop.KEEP
                    && one.opened() instanceof GpioPort port) {
                try {
                    port.set((output.atStop() == AtStop.ON) != output.isActiveLow());
                } catch (IOException e) {
                    LOG.warn("device={} {} did not get its value for the stop", device, output, e);
                }
            }
        }
        used.keySet().stream().toList().forEach(this::close);
        board.close();
    }
}
