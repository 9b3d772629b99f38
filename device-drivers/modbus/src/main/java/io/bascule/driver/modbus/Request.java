/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

/**
 * A request without its frame: a function code and its data (V1.1b3 section 6). What the answer must look like is known here, so
 * that a frame of something else is never taken for it.
 * Immutable by agreement.
 */
final class Request {

    /** Longest PDU (section 4.1). */
    static final int PDU_BYTES_MAX = 253;

    /** An answer's function code has this bit when it is an exception. */
    static final int EXCEPTION_BIT = 0x80;

    private static final int COIL_ON = 0xFF00;
    private static final int BITS_PER_BYTE = 8;

    private final int function;
    private final byte[] pdu;
    private final int answerBytes;

    private Request(int function, byte[] pdu, int answerBytes) {
        this.function = function;
        this.pdu = pdu;
        this.answerBytes = answerBytes;
    }

    int function() {
        return function;
    }

    /** Returns function code and data; not to be changed. */
    byte[] pdu() {
        return pdu;
    }

    /** Returns the length of the whole good answer PDU. */
    int answerBytes() {
        return answerBytes;
    }

    /** Functions 1 to 4: reads bits or registers. */
    static Request read(Table table, int start, int count) {
        byte[] pdu = new byte[5];
        pdu[0] = (byte) table.readFunction();
        put(pdu, 1, start);
        put(pdu, 3, count);
        return new Request(table.readFunction(), pdu, 2 + (table.isBits() ? bytes(count) : 2 * count));
    }

    /** Function 5: writes one bit. The answer repeats the request. */
    static Request writeCoil(int start, boolean value) {
        return echo(5, start, value ? COIL_ON : 0);
    }

    /** Function 6: writes one register. The answer repeats the request. */
    static Request writeRegister(int start, int value) {
        return echo(6, start, value);
    }

    private static Request echo(int function, int start, int value) {
        byte[] pdu = new byte[5];
        pdu[0] = (byte) function;
        put(pdu, 1, start);
        put(pdu, 3, value);
        return new Request(function, pdu, pdu.length);
    }

    /** Function 15: writes bits. */
    static Request writeCoils(int start, boolean[] values) {
        byte[] pdu = new byte[6 + bytes(values.length)];
        pdu[0] = 15;
        put(pdu, 1, start);
        put(pdu, 3, values.length);
        pdu[5] = (byte) bytes(values.length);
        for (int i = 0; i < values.length; i++) {
            if (values[i]) {
                pdu[6 + i / BITS_PER_BYTE] |= (byte) (1 << (i % BITS_PER_BYTE));
            }
        }
        return new Request(15, pdu, 5);
    }

    /** Function 16: writes registers. */
    static Request writeRegisters(int start, byte[] registers) {
        byte[] pdu = new byte[6 + registers.length];
        pdu[0] = 16;
        put(pdu, 1, start);
        put(pdu, 3, registers.length / 2);
        pdu[5] = (byte) registers.length;
        System.arraycopy(registers, 0, pdu, 6, registers.length);
        return new Request(16, pdu, 5);
    }

    /** Function 22: sets a register to {@code (register AND and) OR (or AND NOT and)}. The answer repeats the request. */
    static Request maskWrite(int start, int and, int or) {
        byte[] pdu = new byte[7];
        pdu[0] = 22;
        put(pdu, 1, start);
        put(pdu, 3, and);
        put(pdu, 5, or);
        return new Request(22, pdu, pdu.length);
    }

    /** Function 23: writes registers, then reads registers, in one transaction. */
    static Request readWrite(int readStart, int readCount, int writeStart, byte[] registers) {
        byte[] pdu = new byte[10 + registers.length];
        pdu[0] = 23;
        put(pdu, 1, readStart);
        put(pdu, 3, readCount);
        put(pdu, 5, writeStart);
        put(pdu, 7, registers.length / 2);
        pdu[9] = (byte) registers.length;
        System.arraycopy(registers, 0, pdu, 10, registers.length);
        return new Request(23, pdu, 2 + 2 * readCount);
    }

    /** Returns whether the answer begins with function code and byte count, as those of reads do. */
    boolean answersWithData() {
        return function <= 4 || function == 23;
    }

    /** Returns whether a good answer repeats the request as a whole, or its first five bytes. */
    private int echoBytes() {
        return switch (function) {
            case 5, 6, 22 -> pdu.length;
            case 15, 16 -> 5;
            default -> 0;
        };
    }

    /**
     * Checks an answer PDU.
     *
     * @return what is wrong with it; empty for a good answer or an exception of this function
     */
    String problemOf(byte[] answer) {
        int code = answer.length == 0 ? -1 : Byte.toUnsignedInt(answer[0]);
        if (code == (function | EXCEPTION_BIT)) {
            return answer.length == 2 ? "" : "an exception answer of " + answer.length + " bytes; expected 2";
        }
        if (code != function) {
            return "an answer to function " + code + "; asked was function " + function;
        }
        if (answer.length != answerBytes) {
            return "an answer of " + answer.length + " bytes to function " + function + "; expected " + answerBytes;
        }
        if (answersWithData() && Byte.toUnsignedInt(answer[1]) != answerBytes - 2) {
            return "an answer that counts " + Byte.toUnsignedInt(answer[1]) + " bytes; expected " + (answerBytes - 2);
        }
        for (int i = 0; i < echoBytes(); i++) {
            if (answer[i] != pdu[i]) {
                return "an answer to function " + function + " that does not repeat the request";
            }
        }
        return "";
    }

    /** Returns what the request was about, for people. */
    String text() {
        return "function " + function + " at address " + u16(pdu, 1)
                + (pdu.length >= 5 && function != 5 && function != 6 && function != 22 ? ", count " + u16(pdu, 3) : "");
    }

    static int u16(byte[] bytes, int at) {
        return (Byte.toUnsignedInt(bytes[at]) << 8) | Byte.toUnsignedInt(bytes[at + 1]);
    }

    private static void put(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    private static int bytes(int bits) {
        return (bits + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
    }
}
