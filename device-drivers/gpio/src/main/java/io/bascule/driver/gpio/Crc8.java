/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A checksum of 8 bits, highest bit first, not reflected and not inverted, as chips put it behind a value.
 *
 * @param polynomial without its highest bit, for example 0x31 for x^8 + x^5 + x^4 + 1
 * @param initial what it begins with
 */
record Crc8(int polynomial, int initial) {

    private static final Pattern WRITTEN = Pattern.compile("0x([0-9A-Fa-f]{2})(?:/0x([0-9A-Fa-f]{2}))?");
    private static final int BITS = 8;
    private static final int TOP_BIT = 0x80;
    private static final int HEX = 16;

    /**
     * Reads {@code 0xPOLYNOMIAL/0xINITIAL}; the second number is 0 when it is left out.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Crc8 parse(String written) {
        Matcher matcher = WRITTEN.matcher(written);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("crc='" + written
                    + "' is no checksum; expected 0xPOLYNOMIAL/0xINITIAL, for example 0x31/0xFF for Sensirion SHT3x");
        }
        String initial = matcher.group(2);
        return new Crc8(Integer.parseInt(matcher.group(1), HEX), initial == null ? 0 : Integer.parseInt(initial, HEX));
    }

    /** Returns the checksum of {@code count} bytes. */
    int of(byte[] bytes, int start, int count) {
        int crc = initial;
        for (int i = start; i < start + count; i++) {
            crc ^= bytes[i] & 0xFF;
            for (int bit = 0; bit < BITS; bit++) {
                boolean isSet = (crc & TOP_BIT) != 0;
                crc = (crc << 1) & 0xFF;
                crc = isSet ? crc ^ polynomial : crc;
            }
        }
        return crc;
    }
}
