/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.driver.gpio.board.Pull;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a value is: a line as input or output, a PWM channel, or bytes of a chip. */
sealed interface BoardAddress extends Address
        permits BoardAddress.Input, BoardAddress.Output, BoardAddress.Pwm, RegisterAddress {

    /** Highest number of a line that is taken for one. */
    int LINE_MAX = 9999;

    /** A scan group of the runtime: the device tells of changes by itself. */
    String ON_CHANGE = "on-change";

    /** Longest debounce time. */
    Duration DEBOUNCE_MAX = Duration.ofSeconds(10);

    /** Most cycles in a second. */
    int HERTZ_MAX = 100_000_000;

    /**
     * An input.
     *
     * @param line number of the line
     * @param pull the resistor
     * @param isActiveLow whether a low level is true
     * @param debounce how long a level must last to count, zero for every edge
     */
    record Input(int line, Pull pull, boolean isActiveLow, Duration debounce) implements BoardAddress {
        @Override
        public ValueKind kind() {
            return ValueKind.BOOL;
        }

        @Override
        public Channel.Access access() {
            return Channel.Access.READ;
        }

        @Override
        public String toString() {
            return "in:" + line;
        }
    }

    /**
     * An output.
     *
     * @param line number of the line
     * @param isActiveLow whether a low level is true
     * @param isOnAtStart the value with which it begins
     * @param atStop what happens to it when the device stops
     */
    record Output(int line, boolean isActiveLow, boolean isOnAtStart, AtStop atStop) implements BoardAddress {
        @Override
        public ValueKind kind() {
            return ValueKind.BOOL;
        }

        @Override
        public Channel.Access access() {
            return Channel.Access.READ_WRITE;
        }

        @Override
        public String toString() {
            return "out:" + line;
        }
    }

    /** What happens to an output when its device stops. */
    enum AtStop {
        /** It is left as it is. */
        KEEP,
        /** It gets the value true. */
        ON,
        /** It gets the value false. */
        OFF
    }

    /**
     * A PWM channel; its value is the duty cycle in percent.
     *
     * @param chip number of the chip
     * @param channel number of its channel
     * @param hertz frequency
     */
    record Pwm(int chip, int channel, int hertz) implements BoardAddress {
        @Override
        public ValueKind kind() {
            return ValueKind.F64;
        }

        @Override
        public Channel.Access access() {
            return Channel.Access.READ_WRITE;
        }

        @Override
        public String toString() {
            return "pwm:" + chip + "." + channel;
        }
    }

    /**
     * Reads an address and its options.
     *
     * @param wait how long a chip may be waited for at most
     * @throws IllegalArgumentException when it is none; says what was expected
     */
    static BoardAddress parse(ChannelConfig channel, Duration wait) {
        String written = channel.address().strip();
        Matcher line = Patterns.LINE.matcher(written);
        Matcher pwm = Patterns.PWM.matcher(written);
        BoardAddress address;
        if (line.matches()) {
            int number = Integer.parseInt(line.group(2));
            address = line.group(1).equals("in") ? input(channel, number) : output(channel, number);
        } else if (pwm.matches()) {
            address = new Pwm(
                    Integer.parseInt(pwm.group(1)),
                    Integer.parseInt(pwm.group(2)),
                    channel.integer("frequency", 1000, 1, HERTZ_MAX));
        } else if (written.startsWith("i2c:") || written.startsWith("spi:")) {
            address = RegisterAddress.parse(channel, wait);
        } else {
            throw new IllegalArgumentException("'" + written + "' is no address of a pin or chip; expected for example"
                    + " in:17, out:18, pwm:0.1, i2c:1.0x40:0xE3:uint16 or spi:0.0:0x018000+1:uint16");
        }
        boolean isInput = address instanceof Input;
        if (!isInput && channel.text("scan", "").equals(ON_CHANGE)) {
            throw new IllegalArgumentException(
                    "scan=" + ON_CHANGE + " is for inputs (in:LINE); " + address + " tells of nothing by itself");
        }
        return address;
    }

    private static Input input(ChannelConfig channel, int line) {
        Pull pull = Pull.valueOf(word(channel, "pull", Pull.words()).toUpperCase(Locale.ROOT));
        Duration debounce = channel.time("debounce", Duration.ZERO);
        if (debounce.compareTo(DEBOUNCE_MAX) > 0) {
            throw new IllegalArgumentException(
                    "debounce is " + debounce.toMillis() + " ms; expected at most " + DEBOUNCE_MAX.toMillis() + " ms");
        }
        if (!debounce.isZero() && !channel.text("scan", "").equals(ON_CHANGE)) {
            throw new IllegalArgumentException(
                    "debounce is for inputs that tell of changes; add scan=" + ON_CHANGE + " or leave it out");
        }
        return new Input(line, pull, channel.flag("activeLow", false), debounce);
    }

    private static Output output(ChannelConfig channel, int line) {
        AtStop atStop = AtStop.valueOf(
                word(channel, "atStop", List.of("keep", "on", "off")).toUpperCase(Locale.ROOT));
        return new Output(line, channel.flag("activeLow", false), channel.flag("initial", false), atStop);
    }

    /** Returns an option that is one of {@code words}, the first when it is not there. */
    static String word(ChannelConfig channel, String option, List<String> words) {
        String value = channel.text(option, words.get(0));
        if (!words.contains(value)) {
            throw new IllegalArgumentException(option + "='" + value + "' is none of " + words);
        }
        return value;
    }

    /** What the simple addresses look like. */
    final class Patterns {
        private static final Pattern LINE = Pattern.compile("(in|out):([0-9]{1,4})");
        private static final Pattern PWM = Pattern.compile("pwm:([0-9]{1,3})\\.([0-9]{1,3})");

        private Patterns() {}
    }
}
