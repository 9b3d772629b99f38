/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

/** Chance that can be looked up: the same seed, stream and index always give the same number, in any order. */
final class Dice {

    private static final double UNIT = 0x1.0p-53;

    private Dice() {}

    /** Returns a number from 0 (inclusive) to 1 (exclusive). */
    static double uniform(long seed, long stream, long index) {
        return (mix(mix(seed + stream * 0x9E3779B97F4A7C15L) + index) >>> 11) * UNIT;
    }

    /** Returns a number with mean 0 and standard deviation 1, by the method of Box and Muller. */
    static double gaussian(long seed, long stream, long index) {
        double radius = Math.sqrt(-2 * Math.log(1 - uniform(seed, stream, 2 * index)));
        return radius * Math.cos(2 * Math.PI * uniform(seed, stream, 2 * index + 1));
    }

    /** The finaliser of the SplitMix64 generator (Steele, Lea, Flood 2014): every input bit reaches every output bit. */
    private static long mix(long bits) {
        long z = bits + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
