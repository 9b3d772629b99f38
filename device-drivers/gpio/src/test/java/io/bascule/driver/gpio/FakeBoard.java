/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.driver.gpio.board.Board;
import io.bascule.driver.gpio.board.EdgeListener;
import io.bascule.driver.gpio.board.GpioPort;
import io.bascule.driver.gpio.board.I2cBus;
import io.bascule.driver.gpio.board.Pull;
import io.bascule.driver.gpio.board.PwmChannel;
import io.bascule.driver.gpio.board.SpiDevice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A board in memory, whose lines and chips a test plays. Safe for use by any thread. */
final class FakeBoard implements Board {

    /** What a chip says to what it was sent, both in hexadecimal; null for no answer. */
    @FunctionalInterface
    interface Chip {
        String answer(String sent);
    }

    final Map<Integer, Line> lines = new ConcurrentHashMap<>();
    final Map<Integer, Chip> i2c = new ConcurrentHashMap<>();
    final Map<Integer, Chip> spi = new ConcurrentHashMap<>();
    final Set<Integer> linesInUse = ConcurrentHashMap.newKeySet();
    /** What was sent to chips, in order. */
    final List<String> sent = new CopyOnWriteArrayList<>();
    /** What was opened and closed, in order. */
    final List<String> uses = new CopyOnWriteArrayList<>();

    Line line(int number) {
        return lines.computeIfAbsent(number, Line::new);
    }

    @Override
    public GpioPort input(int line, Pull pull) throws IOException {
        return open(line, "in " + line + " " + pull);
    }

    @Override
    public GpioPort output(int line, boolean high) throws IOException {
        Line opened = open(line, "out " + line + " " + high);
        opened.set(high);
        return opened;
    }

    private Line open(int line, String use) throws IOException {
        if (linesInUse.contains(line)) {
            throw new IOException("line " + line + " is in use");
        }
        uses.add(use);
        return line(line);
    }

    @Override
    public PwmChannel pwm(int chip, int channel, int hertz) {
        uses.add("pwm " + chip + "." + channel + " " + hertz);
        return new FakePwm();
    }

    @Override
    public I2cBus i2c(int bus) throws IOException {
        if (bus == 9) {
            throw new IOException("there is no bus 9");
        }
        uses.add("i2c " + bus);
        return new FakeI2c();
    }

    @Override
    public SpiDevice spi(int bus, int chip, int mode, int hertz) {
        uses.add("spi " + bus + "." + chip + " " + mode + " " + hertz);
        return new FakeSpi(chip);
    }

    @Override
    public void close() {
        uses.add("closed");
    }

    /** A line that a test moves. */
    final class Line implements GpioPort {
        private final int number;
        private final List<EdgeListener> listeners = new ArrayList<>();
        private volatile boolean level;
        volatile boolean isBroken;

        Line(int number) {
            this.number = number;
        }

        /** Moves the line from outside. */
        synchronized void move(boolean high) {
            if (level != high) {
                level = high;
                listeners.forEach(l -> l.onEdge(high, 0));
            }
        }

        @Override
        public boolean isHigh() throws IOException {
            if (isBroken) {
                throw new IOException("line " + number + " is broken");
            }
            return level;
        }

        @Override
        public void set(boolean high) throws IOException {
            if (isBroken) {
                throw new IOException("line " + number + " is broken");
            }
            level = high;
        }

        @Override
        public synchronized void listen(EdgeListener listener) {
            listeners.add(listener);
        }

        @Override
        public synchronized void close() {
            listeners.clear();
            uses.add("close " + number + " at " + level);
        }
    }

    /** A PWM channel. */
    private static final class FakePwm implements PwmChannel {
        private double duty;

        @Override
        public double duty() {
            return duty;
        }

        @Override
        public void setDuty(double percent) {
            duty = percent;
        }

        @Override
        public void close() {
            duty = 0;
        }
    }

    private byte[] ask(Chip chip, String what, byte[] bytes) throws IOException {
        String hex = HexFormat.of().formatHex(bytes);
        sent.add(what + ":" + hex);
        String answer = chip == null ? null : chip.answer(hex);
        if (answer == null) {
            throw new IOException(what + " does not answer");
        }
        return HexFormat.of().parseHex(answer);
    }

    /** The bus with the chips of {@link #i2c}. */
    private final class FakeI2c implements I2cBus {
        private byte[] waiting = new byte[0];

        @Override
        public byte[] writeRead(int chip, byte[] command, int count) throws IOException {
            return enough(ask(i2c.get(chip), "i2c" + chip, command), count);
        }

        @Override
        public void write(int chip, byte[] bytes) throws IOException {
            waiting = ask(i2c.get(chip), "i2c" + chip, bytes);
        }

        @Override
        public byte[] read(int chip, int count) throws IOException {
            if (waiting.length == 0) {
                waiting = ask(i2c.get(chip), "i2c" + chip, new byte[0]);
            }
            byte[] answer = waiting;
            waiting = new byte[0];
            return enough(answer, count);
        }

        private static byte[] enough(byte[] answer, int count) throws IOException {
            if (answer.length < count) {
                throw new IOException("short answer");
            }
            return Arrays.copyOf(answer, count);
        }

        @Override
        public void close() {
            waiting = new byte[0];
        }
    }

    /** A device with the chip of {@link #spi}. */
    private final class FakeSpi implements SpiDevice {
        private final int chip;

        FakeSpi(int chip) {
            this.chip = chip;
        }

        @Override
        public byte[] transfer(byte[] bytes) throws IOException {
            return ask(spi.get(chip), "spi" + chip, bytes);
        }

        @Override
        public void close() {
            sent.add("spi" + chip + " closed");
        }
    }
}
