/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A channel as it is configured: its name within the device, an address that only the driver understands, and options. Who
 * understands an option asks for it; one that nobody asks for is a mistake. Used by one thread.
 */
public final class ChannelConfig {

    private static final Pattern TIME = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*(us|ms|s|min|h)");
    private static final Duration TIME_MAX = Duration.ofDays(1000);

    private final String name;
    private final String address;
    private final Map<String, String> options;
    private final String origin;
    private final TreeSet<String> asked = new TreeSet<>();

    /**
     * Makes a configuration.
     *
     * @param name the name within the device
     * @param address where it is at the device
     * @param options what else is configured, by name; kept in this order
     * @param origin where this was written, for messages, for example {@code line 7}; may be empty
     */
    public ChannelConfig(String name, String address, Map<String, String> options, String origin) {
        this.name = Objects.requireNonNull(name, "name");
        this.address = Objects.requireNonNull(address, "address");
        this.options = new LinkedHashMap<>(options);
        this.origin = Objects.requireNonNull(origin, "origin");
    }

    /** Returns the name within the device. */
    public String name() {
        return name;
    }

    /** Returns where it is at the device, as written. */
    public String address() {
        return address;
    }

    /** Returns the options as written, in order; a copy. */
    public Map<String, String> options() {
        return new LinkedHashMap<>(options);
    }

    /** Returns where this was written, for messages; may be empty. */
    public String origin() {
        return origin;
    }

    /** Returns an option; {@code otherwise} when it is not there. */
    public String text(String option, String otherwise) {
        asked.add(option);
        return options.getOrDefault(option, otherwise);
    }

    /**
     * Returns a finite number; {@code otherwise} when it is not there.
     *
     * @throws IllegalArgumentException when it is none
     */
    public double number(String option, double otherwise) {
        String value = text(option, "");
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(value);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + "='" + value + "' is not a number", e);
        }
        throw new IllegalArgumentException(option + "='" + value + "' is not a finite number");
    }

    /**
     * Returns a whole number; {@code otherwise} when it is not there.
     *
     * @throws IllegalArgumentException when it is none or not within {@code min} to {@code max}
     */
    public int integer(String option, int otherwise, int min, int max) {
        double number = number(option, otherwise);
        if (number != Math.rint(number) || number < min || number > max) {
            throw new IllegalArgumentException(
                    option + "=" + text(option, "") + " is not a whole number from " + min + " to " + max);
        }
        return (int) number;
    }

    /**
     * Returns true or false; {@code otherwise} when it is not there.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public boolean flag(String option, boolean otherwise) {
        return switch (text(option, Boolean.toString(otherwise))) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException(option + "='" + text(option, "") + "' is neither true nor false");
        };
    }

    /**
     * Returns a time; {@code otherwise} when it is not there.
     *
     * @throws IllegalArgumentException when it is none or longer than 1000 days
     */
    public Duration time(String option, Duration otherwise) {
        String value = text(option, "");
        try {
            return value.isEmpty() ? otherwise : parseTime(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + "=" + e.getMessage(), e);
        }
    }

    /**
     * Returns the time that is written as a number with a unit.
     *
     * @throws IllegalArgumentException when it is not written so or longer than 1000 days
     */
    public static Duration parseTime(String written) {
        Matcher matcher = TIME.matcher(written.strip());
        if (matcher.matches()) {
            double seconds = Double.parseDouble(matcher.group(1))
                    * switch (matcher.group(2)) {
                        case "us" -> 0.000001;
                        case "ms" -> 0.001;
                        case "min" -> 60;
                        case "h" -> 3600;
                        default -> 1;
                    };
            if (seconds <= TIME_MAX.toSeconds()) {
                return Duration.ofNanos(Math.round(seconds * 1e9));
            }
        }
        throw new IllegalArgumentException("'" + written + "' is not a time such as 250ms, 10s, 5min or 2h");
    }

    /**
     * Ends the reading.
     *
     * @throws IllegalArgumentException when there is an option that nobody asked for; the message names those there are
     */
    public void requireAllKnown() {
        TreeSet<String> unknown = new TreeSet<>(options.keySet());
        unknown.removeAll(asked);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("there is no option " + unknown + "; there are " + asked);
        }
    }

    @Override
    public String toString() {
        return name + "=" + address + options;
    }
}
