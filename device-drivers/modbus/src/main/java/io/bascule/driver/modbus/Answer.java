/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.Quality;

/** What came back for a request, checked against it: data, or an exception code. Immutable by agreement. */
final class Answer {

    private final byte[] pdu;

    /** Takes function code and what follows; the array is not changed after this. */
    Answer(byte[] pdu) {
        this.pdu = pdu;
    }

    /** Returns function code and what follows; not to be changed. */
    byte[] pdu() {
        return pdu;
    }

    boolean isException() {
        return (pdu[0] & Request.EXCEPTION_BIT) != 0;
    }

    /** Returns the exception code; only of an exception. */
    ModbusCode code() {
        return ModbusCode.of(Byte.toUnsignedInt(pdu[1]));
    }

    Quality quality() {
        return isException() ? code().quality() : Quality.GOOD;
    }

    /** Returns bit {@code i} of the answer to a read of bits. */
    boolean bit(int i) {
        return ((pdu[2 + i / 8] >> (i % 8)) & 1) != 0;
    }
}
