/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

/** The check sum of RTU frames: polynomial 0xA001 reflected, start 0xFFFF, low byte first on the line (V1.02 section 6.2.2). */
final class Crc16 {

    static final int BYTES = 2;
    private static final int POLYNOMIAL = 0xA001;
    private static final int[] TABLE = new int[256];

    static {
        for (int i = 0; i < TABLE.length; i++) {
            int crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
            }
            TABLE[i] = crc;
        }
    }

    private Crc16() {}

    static int of(byte[] bytes, int from, int count) {
        int crc = 0xFFFF;
        for (int i = from; i < from + count; i++) {
            crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]) & 0xFF];
        }
        return crc;
    }
}
