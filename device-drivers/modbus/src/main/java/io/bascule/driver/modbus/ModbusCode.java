/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.Quality;

/** The exception codes of a device (V1.1b3 section 7) in the words of OPC UA. */
enum ModbusCode {
    ILLEGAL_FUNCTION(1, "illegal function", Quality.BAD_NOT_SUPPORTED),
    ILLEGAL_ADDRESS(2, "illegal data address", Quality.BAD_NODE_ID_UNKNOWN),
    ILLEGAL_VALUE(3, "illegal data value", Quality.BAD_OUT_OF_RANGE),
    DEVICE_FAILURE(4, "server device failure", Quality.BAD_DEVICE_FAILURE),
    /** The device goes on working on the request. */
    ACKNOWLEDGE(5, "acknowledge", Quality.BAD_WAITING_FOR_INITIAL_DATA),
    BUSY(6, "server device busy", Quality.BAD_RESOURCE_UNAVAILABLE),
    /** Of old devices; no longer in V1.1b3. */
    NEGATIVE_ACKNOWLEDGE(7, "negative acknowledge", Quality.BAD_DEVICE_FAILURE),
    MEMORY_PARITY(8, "memory parity error", Quality.BAD_DEVICE_FAILURE),
    GATEWAY_PATH(10, "gateway path unavailable", Quality.BAD_NO_COMMUNICATION),
    /** A gateway between us and the device got no answer. */
    GATEWAY_TARGET(11, "gateway target device failed to respond", Quality.BAD_NO_COMMUNICATION),
    /** Any other number. */
    UNKNOWN(0, "an exception code that Modbus does not define", Quality.BAD_DEVICE_FAILURE);

    private final int number;
    private final String text;
    // A record of one number: immutable, though not annotated so.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Quality quality;

    ModbusCode(int number, String text, Quality quality) {
        this.number = number;
        this.text = text;
        this.quality = quality;
    }

    static ModbusCode of(int number) {
        for (ModbusCode code : values()) {
            if (code.number == number && code != UNKNOWN) {
                return code;
            }
        }
        return UNKNOWN;
    }

    String text() {
        return text;
    }

    Quality quality() {
        return quality;
    }

    /** Returns whether a smaller block may be answered: the device has some of the registers, or a smaller limit. */
    boolean isAboutTheBlock() {
        return this == ILLEGAL_ADDRESS || this == ILLEGAL_VALUE;
    }
}
