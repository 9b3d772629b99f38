/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

/**
 * How a port is set.
 *
 * @param device the port's name, for example {@code /dev/ttyUSB0}
 * @param baud bits in a second
 * @param dataBits 7 or 8; RTU needs 8
 * @param parity {@code none}, {@code even} or {@code odd}
 * @param stopBits 1 or 2
 */
record SerialSettings(String device, int baud, int dataBits, String parity, int stopBits) {

    private static final int FAST_BAUD = 19_200;
    private static final long FAST_SILENCE_NANOS = 1_750_000;
    private static final double SILENCE_CHARACTERS = 3.5;

    /** Returns the silence that separates frames: 3.5 characters, or 1.75 ms above 19200 baud (V1.02 section 2.5.1.1). */
    long silenceNanos() {
        int bits = 1 + dataBits + (parity.equals("none") ? 0 : 1) + stopBits;
        return baud > FAST_BAUD ? FAST_SILENCE_NANOS : Math.round(SILENCE_CHARACTERS * bits * 1e9 / baud);
    }

    @Override
    public String toString() {
        return device + " at " + baud + " baud, " + dataBits + " data bits, parity " + parity + ", " + stopBits
                + " stop bits";
    }
}
