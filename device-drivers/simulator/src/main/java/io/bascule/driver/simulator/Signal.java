/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

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
     * Returns the signal that {@code call} describes. Setpoints are not signals: their value is what was written.
     *
     * @param seed the device's seed
     * @param stream the channel's number, so that two noises differ
     */
    static Signal of(Call call, long seed, int stream) {
        switch (call.name()) {
            case "sine" -> {
                Wave wave = Wave.of(call);
                double middle = (wave.min + wave.max) / 2;
                double amplitude = (wave.max - wave.min) / 2;
                return (sample, seconds) -> middle + amplitude * Math.sin(2 * Math.PI * wave.phase(seconds));
            }
            case "ramp" -> {
                Wave wave = Wave.of(call);
                return (sample, seconds) -> wave.min + (wave.max - wave.min) * wave.phase(seconds);
            }
            case "square" -> {
                Wave wave = Wave.of(call);
                double duty = call.number("duty", 0.5);
                if (duty < 0 || duty > 1) {
                    throw new IllegalArgumentException("duty=" + duty + " in square(...) is not within 0 to 1");
                }
                return (sample, seconds) -> wave.phase(seconds) < duty ? wave.max : wave.min;
            }
            case "noise" -> {
                double mean = call.number("mean", 0);
                double deviation = call.number("deviation", 1);
                return (sample, seconds) -> mean + deviation * Dice.gaussian(seed, stream, sample);
            }
            case "constant" -> {
                double value = call.number("value", 0);
                return (sample, seconds) -> value;
            }
            case "counter" -> {
                double start = call.number("start", 0);
                double step = call.number("step", 1);
                return (sample, seconds) -> start + step * sample;
            }
            default ->
                throw new IllegalArgumentException(
                        "there is no function '" + call.name() + "'; expected one of " + FUNCTIONS);
        }
    }

    /** What periodic signals have in common. */
    record Wave(double periodSeconds, double min, double max) {
        static Wave of(Call call) {
            long period = call.nanos("period", 10_000_000_000L);
            double min = call.number("min", 0);
            double max = call.number("max", 1);
            if (period < 1) {
                throw new IllegalArgumentException("period in " + call.name() + "(...) must be more than 0");
            }
            if (min > max) {
                throw new IllegalArgumentException(
                        "min=" + min + " is more than max=" + max + " in " + call.name() + "(...)");
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
