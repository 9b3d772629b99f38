/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.ChannelConfig;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a chip on I2C or SPI, and what number they are.
 *
 * @param query how they are got
 * @param offset how many bytes of the answer come before them
 * @param type what they are taken for
 * @param bitFirst the lowest bit that counts
 * @param bitCount how many bits count; all of them for a whole number
 * @param isOneBit whether it is a single bit, true or false
 * @param isLowFirst whether the lowest byte comes first
 * @param crc the checksum behind them, null when there is none
 */
record RegisterAddress(
        Query query,
        int offset,
        NumberType type,
        int bitFirst,
        int bitCount,
        boolean isOneBit,
        boolean isLowFirst,
        @Nullable Crc8 crc)
        implements BoardAddress {

    /**
     * A question to a chip; channels with the same one share its answer.
     *
     * @param isSpi SPI, otherwise I2C
     * @param bus number of the bus
     * @param chip address on I2C, chip select on SPI
     * @param command what is sent, in hexadecimal; empty for an I2C chip that is only read
     * @param pause between sending and reading, zero for none; I2C only
     * @param mode clock polarity and phase; SPI only
     * @param hertz clock; SPI only
     */
    record Query(boolean isSpi, int bus, int chip, String command, Duration pause, int mode, int hertz) {

        byte[] bytes() {
            return HexFormat.of().parseHex(command);
        }

        /** Returns the chip as people write it. */
        String chipName() {
            return (isSpi ? "spi:" : "i2c:") + bus + "." + (isSpi ? "" + chip : String.format("0x%02X", chip));
        }
    }

    private static final Pattern WRITTEN = Pattern.compile(
            "(i2c|spi):([0-9]{1,3})\\.(0x[0-9A-Fa-f]{1,2}|[0-9]{1,3})"
                    + ":(-|0x(?:[0-9A-Fa-f]{2}){1,8})(?:\\+([0-9]{1,2}))?(?:\\.([0-9]{1,2})(?:-([0-9]{1,2}))?)?(?::([a-z0-9]+))?");
    private static final int I2C_CHIP_MIN = 0x03;
    private static final int I2C_CHIP_MAX = 0x77;
    private static final int SPI_CHIP_MAX = 15;
    private static final int ANSWER_BYTES_MAX = 64;
    private static final int SPI_HERTZ = 1_000_000;
    private static final String EXAMPLES = "expected for example i2c:1.0x40:0xE3:uint16 (a register),"
            + " i2c:1.0x44:0x2400+3:uint16 (bytes 3 and 4 of the answer), i2c:1.0x20:0x12.7 (a bit) or"
            + " spi:0.0:0x018000+1.0-9:uint16";

    /** Reads an address and its options. */
    static RegisterAddress parse(ChannelConfig channel, Duration waitMax) {
        String written = channel.address().strip();
        Matcher matcher = WRITTEN.matcher(written);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + written + "' is no address of a chip; " + EXAMPLES);
        }
        Query query = query(channel, matcher, waitMax);
        int offset = matcher.group(5) == null ? 0 : Integer.parseInt(matcher.group(5));
        NumberType type = NumberType.of(matcher.group(8) == null ? "uint8" : matcher.group(8));
        String first = matcher.group(6);
        String last = matcher.group(7);
        int bitFirst = first == null ? 0 : Integer.parseInt(first);
        int bitLast = first == null ? type.bits() - 1 : last == null ? bitFirst : Integer.parseInt(last);
        if (bitFirst > bitLast || bitLast >= type.bits() || (first != null && type == NumberType.FLOAT32)) {
            throw new IllegalArgumentException("'" + written + "' names bits " + bitFirst + " to " + bitLast + " of "
                    + type.word() + "; expected two within 0 to " + (type.bits() - 1) + " of a whole number");
        }
        String crc = channel.text("crc", "");
        RegisterAddress address = new RegisterAddress(
                query,
                offset,
                type,
                bitFirst,
                bitLast - bitFirst + 1,
                first != null && last == null,
                BoardAddress.word(channel, "order", List.of("high-first", "low-first"))
                        .equals("low-first"),
                crc.isEmpty() ? null : Crc8.parse(crc));
        if (address.end() > ANSWER_BYTES_MAX) {
            throw new IllegalArgumentException("'" + written + "' ends at byte " + address.end()
                    + " of the answer; expected at most " + ANSWER_BYTES_MAX);
        }
        return address;
    }

    private static Query query(ChannelConfig channel, Matcher matcher, Duration waitMax) {
        boolean isSpi = matcher.group(1).equals("spi");
        int chip = Integer.decode(matcher.group(3).replaceFirst("^0+(?=[0-9])", ""));
        int min = isSpi ? 0 : I2C_CHIP_MIN;
        int max = isSpi ? SPI_CHIP_MAX : I2C_CHIP_MAX;
        if (chip < min || chip > max) {
            throw new IllegalArgumentException("chip " + matcher.group(3) + " is not within " + min + " to " + max
                    + (isSpi ? " (chip select)" : " (addresses of 7 bits: 0x03 to 0x77)"));
        }
        String command = matcher.group(4).equals("-") ? "" : matcher.group(4).substring(2);
        if (isSpi && command.isEmpty()) {
            throw new IllegalArgumentException("SPI receives while it sends; expected the bytes to send, such as 0x00");
        }
        Duration wait = isSpi ? Duration.ZERO : channel.time("wait", Duration.ZERO);
        if (wait.compareTo(waitMax) >= 0) {
            throw new IllegalArgumentException(
                    "wait is " + wait.toMillis() + " ms; expected less than timeoutMillis, " + waitMax.toMillis());
        }
        return new Query(
                isSpi,
                Integer.parseInt(matcher.group(2)),
                chip,
                command,
                wait,
                isSpi ? channel.integer("mode", 0, 0, 3) : 0,
                isSpi ? channel.integer("frequency", SPI_HERTZ, 1, HERTZ_MAX) : 0);
    }

    @Override
    public ValueKind kind() {
        return isOneBit ? ValueKind.BOOL : type == NumberType.FLOAT32 ? ValueKind.F64 : ValueKind.I64;
    }

    /** A register can be written; a part of an answer, a measurement and what has a checksum cannot. */
    @Override
    public Channel.Access access() {
        boolean isPart = isField() && query.isSpi();
        boolean isRegister = offset == 0
                && crc == null
                && query.pause().isZero()
                && !query.command().isEmpty();
        return isRegister && !isPart ? Channel.Access.READ_WRITE : Channel.Access.READ;
    }

    /** Returns whether only some bits of the bytes belong to it. */
    boolean isField() {
        return bitCount < type.bits();
    }

    /** Returns how many bytes the answer must have. */
    int end() {
        return offset + type.bytes() + (crc == null ? 0 : 1);
    }

    /** Returns whether the checksum is right or there is none. */
    boolean isIntact(byte[] answer) {
        return crc == null || crc.of(answer, offset, type.bytes()) == (answer[offset + type.bytes()] & 0xFF);
    }

    /** Returns what the answer says. */
    Value decode(byte[] answer) {
        long bits = number(answer, offset);
        if (type == NumberType.FLOAT32) {
            return new Value.F64(Float.intBitsToFloat((int) bits));
        }
        long field = (bits >>> bitFirst) & mask();
        if (isOneBit) {
            return new Value.Bool(field != 0);
        }
        boolean isNegative = type.isSigned() && (field >>> (bitCount - 1)) != 0;
        return new Value.I64(isNegative ? field - mask() - 1 : field);
    }

    /** Returns the bytes that say {@code value}, the other bits as in {@code present}; null when it does not fit. */
    byte @Nullable [] encode(Value value, byte[] present) {
        long field;
        if (value instanceof Value.Bool bool && isOneBit) {
            field = bool.value() ? 1 : 0;
        } else if (value instanceof Value.I64 number && fits(number.value())) {
            field = number.value() & mask();
        } else if (value instanceof Value.F64 number && fits(number.value())) {
            field = Integer.toUnsignedLong(Float.floatToIntBits((float) number.value()));
        } else {
            return null;
        }
        long bits = (number(present, 0) & ~(mask() << bitFirst)) | (field << bitFirst);
        byte[] bytes = new byte[type.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            int place = isLowFirst ? i : bytes.length - 1 - i;
            bytes[i] = (byte) (bits >>> (Byte.SIZE * place));
        }
        return bytes;
    }

    private boolean fits(long number) {
        long max = type.isSigned() ? mask() >> 1 : mask();
        long min = type.isSigned() ? -max - 1 : 0;
        return number >= min && number <= max;
    }

    private static boolean fits(double number) {
        return Float.isInfinite((float) number) == Double.isInfinite(number);
    }

    private long mask() {
        return (1L << bitCount) - 1;
    }

    private long number(byte[] bytes, int start) {
        long bits = 0;
        for (int i = 0; i < type.bytes(); i++) {
            int place = isLowFirst ? type.bytes() - 1 - i : i;
            bits = (bits << Byte.SIZE) | (bytes[start + place] & 0xFF);
        }
        return bits;
    }

    @Override
    public String toString() {
        return query.chipName() + ":" + (query.command().isEmpty() ? "-" : "0x" + query.command())
                + (offset == 0 ? "" : "+" + offset);
    }
}
