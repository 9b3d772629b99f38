/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.driver.ChannelConfig;
import java.time.Duration;

/** What a channel's value is over time. A pure function, so that a run can be repeated and begun anywhere. */
@FunctionalInterface
interface Signal {

    /** The functions that can be configured, for messages. */
    String FUNCTIONS = "sine, ramp, square, noise, constant, counter, setpoint";

    /**
     * Returns the value of a sample.
     *
     * @param sample its number, 0 and up
     * @param seconds its time since the start
     */
    double value(long sample, double seconds);

    /**
     * Returns the signal that {@code channel} describes. Setpoints are not signals: their value is what was written.
     *
     * @param seed the device's seed
     * @param stream the channel's number, so that two noises differ
     */
    static Signal of(ChannelConfig channel, long seed, int stream) {
        switch (channel.address()) {
            case "sine" -> {
                Wave wave = Wave.of(channel);
                double middle = (wave.min + wave.max) / 2;
                double amplitude = (wave.max - wave.min) / 2;
                return (sample, seconds) -> middle + amplitude * Math.sin(2 * Math.PI * wave.phase(seconds));
            }
            case "ramp" -> {
                Wave wave = Wave.of(channel);
                return (sample, seconds) -> wave.min + (wave.max - wave.min) * wave.phase(seconds);
            }
            case "square" -> {
                Wave wave = Wave.of(channel);
                double duty = channel.number("duty", 0.5);
                if (duty < 0 || duty > 1) {
                    throw new IllegalArgumentException("duty=" + duty + " is not within 0 to 1");
                }
                return (sample, seconds) -> wave.phase(seconds) < duty ? wave.max : wave.min;
            }
            case "noise" -> {
                double mean = channel.number("mean", 0);
                double deviation = channel.number("deviation", 1);
                return (sample, seconds) -> mean + deviation * Dice.gaussian(seed, stream, sample);
            }
            case "constant" -> {
                double value = channel.number("value", 0);
                return (sample, seconds) -> value;
            }
            case "counter" -> {
                double start = channel.number("start", 0);
                double step = channel.number("step", 1);
                return (sample, seconds) -> start + step * sample;
            }
            default ->
                throw new IllegalArgumentException(
                        "there is no function '" + channel.address() + "'; expected one of " + FUNCTIONS);
        }
    }

    /** What periodic signals have in common. */
    record Wave(double periodSeconds, double min, double max) {
        static Wave of(ChannelConfig channel) {
            long period = channel.time("period", Duration.ofSeconds(10)).toNanos();
            double min = channel.number("min", 0);
            double max = channel.number("max", 1);
            if (period < 1) {
                throw new IllegalArgumentException("period must be more than 0");
            }
            if (min > max) {
                throw new IllegalArgumentException("min=" + min + " is more than max=" + max);
            }
            return new Wave(period / 1e9, min, max);
        }

        /** Returns how far the period has gone, 0 (inclusive) to 1 (exclusive). */
        double phase(double seconds) {
            double periods = seconds / periodSeconds;
            return periods - Math.floor(periods);
        }
    }
}
