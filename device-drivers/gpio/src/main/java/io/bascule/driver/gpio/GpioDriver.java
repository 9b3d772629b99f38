/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.SubscriptionListener;
import io.bascule.driver.gpio.RegisterAddress.Query;
import io.bascule.driver.gpio.board.Board;
import io.bascule.driver.gpio.board.GpioPort;
import io.bascule.driver.gpio.board.I2cBus;
import io.bascule.driver.gpio.board.Pull;
import io.bascule.driver.gpio.board.PwmChannel;
import io.bascule.driver.gpio.board.SpiDevice;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pins and buses of this computer as one device. Connected means that the library works: a chip that does not answer is
 * the trouble of its channels only, because the other pins have nothing to do with it. Confined to its lane.
 */
final class GpioDriver implements Driver<BoardAddress> {

    private static final double PERCENT_MAX = 100;

    private final String device;
    private final Backend backend;
    private final Boards boards;
    private final int gpioChip;
    private final Duration timeout;
    private @Nullable OpenLines lines;
    private @Nullable InputWatch watch;

    /** Opens boards. */
    @FunctionalInterface
    interface Boards {
        /**
         * Opens this computer's board.
         *
         * @throws IOException when the library does not work here
         */
        Board open(Backend backend, String device, int gpioChip) throws IOException;
    }

    /** A bus or device cannot be opened, which is another thing than a chip that does not answer. */
    static final class NotOpenException extends IOException {
        @Serial
        private static final long serialVersionUID = 1L;

        NotOpenException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    GpioDriver(String device, Backend backend, int gpioChip, Duration timeout, Boards boards) {
        this.device = device;
        this.backend = backend;
        this.gpioChip = gpioChip;
        this.timeout = timeout;
        this.boards = boards;
    }

    @Override
    public BoardAddress address(ChannelConfig channel) {
        BoardAddress address = BoardAddress.parse(channel, timeout);
        if (address instanceof BoardAddress.Input input && input.pull() != Pull.NONE && !backend.canPull()) {
            throw new IllegalArgumentException("backend " + backend.word()
                    + " cannot set the resistors of inputs; leave out pull, and set them where the system starts"
                    + " (Raspberry Pi: gpio=" + input.line() + "=pu in config.txt)");
        }
        return address;
    }

    @Override
    public ReadPlan plan(List<BoardAddress> addresses, Duration period) {
        return new BoardPlan(this, addresses);
    }

    @Override
    public void connect(Deadline deadline) throws DriverException {
        disconnect();
        try {
            lines = new OpenLines(device, boards.open(backend, device, gpioChip));
        } catch (IOException | LinkageError e) {
            throw new DriverException("backend " + backend.word() + " does not work here: " + e.getMessage(), e);
        }
    }

    @Override
    public void disconnect() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
        if (lines != null) {
            lines.close();
            lines = null;
        }
    }

    /**
     * Returns what is open.
     *
     * @throws DriverException when there is no connection
     */
    OpenLines lines() throws DriverException {
        if (lines == null) {
            throw new DriverException("backend " + backend.word() + " is not open");
        }
        return lines;
    }

    @Override
    public boolean canSubscribe() {
        return true;
    }

    @Override
    public void subscribe(List<BoardAddress> addresses, SubscriptionListener listener, Deadline deadline)
            throws DriverException {
        OpenLines open = lines();
        InputWatch inputs = new InputWatch(device, listener);
        watch = inputs;
        for (int i = 0; i < addresses.size(); i++) {
            // Others cannot be here: their addresses do not allow scan=on-change.
            if (addresses.get(i) instanceof BoardAddress.Input input) {
                try {
                    inputs.add(i, input, open.input(input));
                } catch (IOException e) {
                    open.failed(input, e);
                    listener.onReading(i, new Value.Bool(false), Quality.BAD_RESOURCE_UNAVAILABLE, 0);
                }
            }
        }
    }

    @Override
    public List<Quality> write(List<BoardAddress> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        List<Quality> answers = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            BoardAddress address = addresses.get(i);
            try {
                answers.add(write(address, values.get(i)));
            } catch (NotOpenException e) {
                lines().failed(address, e);
                answers.add(Quality.BAD_RESOURCE_UNAVAILABLE);
            } catch (IOException e) {
                lines().failed(address, e);
                answers.add(Quality.BAD_NO_COMMUNICATION);
            }
        }
        return answers;
    }

    private Quality write(BoardAddress address, Value value) throws DriverException, IOException, InterruptedException {
        if (address instanceof BoardAddress.Output output && value instanceof Value.Bool bool) {
            GpioPort port = opened(() -> lines().output(output));
            port.set(bool.value() != output.isActiveLow());
            return Quality.GOOD;
        }
        if (address instanceof BoardAddress.Pwm pwm && value instanceof Value.F64 percent) {
            // Written so that NaN is out of range.
            if (!(percent.value() >= 0 && percent.value() <= PERCENT_MAX)) {
                return Quality.BAD_OUT_OF_RANGE;
            }
            PwmChannel channel = opened(() -> lines().pwm(pwm));
            channel.setDuty(percent.value());
            return Quality.GOOD;
        }
        return address instanceof RegisterAddress register ? write(register, value) : Quality.BAD_NOT_WRITABLE;
    }

    private Quality write(RegisterAddress register, Value value)
            throws DriverException, IOException, InterruptedException {
        int count = register.type().bytes();
        byte[] present = register.isField() ? ask(lines(), register.query(), count) : new byte[count];
        byte[] bytes = register.encode(value, present);
        if (bytes == null) {
            return Quality.BAD_OUT_OF_RANGE;
        }
        Query query = register.query();
        byte[] command = query.bytes();
        byte[] sent = Arrays.copyOf(command, command.length + bytes.length);
        System.arraycopy(bytes, 0, sent, command.length, bytes.length);
        if (query.isSpi()) {
            SpiDevice spi = opened(() -> lines().spi(query));
            spi.transfer(sent);
        } else {
            I2cBus bus = opened(() -> lines().i2c(query));
            bus.write(query.chip(), sent);
        }
        return Quality.GOOD;
    }

    /** Asks a chip; the answer has at least {@code count} bytes. */
    byte[] ask(OpenLines open, Query query, int count) throws DriverException, IOException, InterruptedException {
        byte[] command = query.bytes();
        if (query.isSpi()) {
            SpiDevice spi = opened(() -> open.spi(query));
            return spi.transfer(Arrays.copyOf(command, Math.max(command.length, count)));
        }
        I2cBus bus = opened(() -> open.i2c(query));
        if (command.length == 0) {
            return bus.read(query.chip(), count);
        }
        if (query.pause().isZero()) {
            return bus.writeRead(query.chip(), command, count);
        }
        bus.write(query.chip(), command);
        // The chip measures. Nothing counts the latch down: only the time or an interruption ends this.
        boolean isDown = new CountDownLatch(1).await(query.pause().toNanos(), TimeUnit.NANOSECONDS);
        if (isDown) {
            throw new IllegalStateException("a latch that nobody counts down is down");
        }
        return bus.read(query.chip(), count);
    }

    /** Opens something. */
    @FunctionalInterface
    private interface Opening<T> {
        T open() throws DriverException, IOException;
    }

    private static <T> T opened(Opening<T> opening) throws DriverException, IOException {
        try {
            return opening.open();
        } catch (IOException e) {
            throw new NotOpenException(e);
        }
    }
}
