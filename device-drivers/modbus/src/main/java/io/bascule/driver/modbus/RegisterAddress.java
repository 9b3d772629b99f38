/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ReadingSink;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a value is and what it is made of.
 *
 * @param table which of the four tables
 * @param start first bit or register, 0 to 65535 as it goes over the line
 * @param type what it is taken for
 * @param count how many bits (always 1) or registers
 * @param lengthBytes length of a text or of bytes, otherwise 0
 * @param bitFirst lowest bit within the register, for bits of a register; otherwise 0
 * @param bitCount how many bits; 0 for whole registers
 * @param isLowWordFirst whether the register with the lowest bits comes first
 * @param isLowByteFirst whether the low byte of each register comes first
 */
record RegisterAddress(
        Table table,
        int start,
        DataType type,
        int count,
        int lengthBytes,
        int bitFirst,
        int bitCount,
        boolean isLowWordFirst,
        boolean isLowByteFirst)
        implements Address {

    private static final Pattern WRITTEN = Pattern.compile("(?:([a-z]+):)?(0x[0-9A-Fa-f]{1,4}|[0-9]{1,6})"
            + "(?:\\.([0-9]{1,2})(?:-([0-9]{1,2}))?)?(?::([a-z]+(?:16|32|64)?|string[0-9]+|bytes[0-9]+))?");
    private static final Pattern WITH_LENGTH = Pattern.compile("(string|bytes)([0-9]{1,3})");
    private static final int ADDRESS_MAX = 0xFFFF;
    private static final int REGISTER_BITS = 16;
    private static final String EXAMPLES =
            "expected for example holding:100:float32, input:0x1F, coil:7, holding:12.3 (a bit), 40101:int32";

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException when it is none; says what was expected
     */
    static RegisterAddress parse(String written, boolean isLowWordFirst, boolean isLowByteFirst) {
        Matcher matcher = WRITTEN.matcher(written.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + written + "' is no Modbus address; " + EXAMPLES);
        }
        String number = matcher.group(2);
        String word = matcher.group(1);
        Table table = word == null ? traditionalTable(written, number) : Table.of(word);
        int start = word == null ? traditionalStart(number) : Integer.decode(plain(number));
        if (start < 0 || start > ADDRESS_MAX) {
            throw new IllegalArgumentException(
                    "address " + start + " in '" + written + "' is not within 0 to " + ADDRESS_MAX);
        }
        String bit = matcher.group(3);
        String type = matcher.group(5);
        if (table.isBits()) {
            if (bit != null || type != null) {
                throw new IllegalArgumentException(
                        "'" + written + "': table " + table.word() + " has bits; leave out type and bit number");
            }
            return new RegisterAddress(table, start, DataType.BOOL, 1, 0, 0, 0, false, false);
        }
        if (bit != null) {
            return ofBits(written, table, start, bit, matcher.group(4), type, isLowByteFirst);
        }
        return ofRegisters(written, table, start, type == null ? "uint16" : type, isLowWordFirst, isLowByteFirst);
    }

    /** Leading zeros would make a number octal. */
    private static String plain(String number) {
        return number.startsWith("0x") ? number : number.replaceFirst("^0+(?=.)", "");
    }

    private static Table traditionalTable(String written, String number) {
        Table table = number.matches("[0-9]{5,6}") ? Table.ofTraditional(number.charAt(0) - '0') : null;
        if (table == null) {
            throw new IllegalArgumentException("'" + written + "' names no table; " + EXAMPLES
                    + "; without a table an address has 5 or 6 digits, the first of them 0, 1, 3 or 4");
        }
        return table;
    }

    /** Traditional addresses count from 1. */
    private static int traditionalStart(String number) {
        return Integer.parseInt(number.substring(1)) - 1;
    }

    private static RegisterAddress ofBits(
            String written,
            Table table,
            int start,
            String first,
            @Nullable String last,
            @Nullable String type,
            boolean isLowByteFirst) {
        int from = Integer.parseInt(first);
        int to = last == null ? from : Integer.parseInt(last);
        if (to >= REGISTER_BITS || to < from || type != null) {
            throw new IllegalArgumentException(
                    "'" + written + "': bits are written .0 to .15 or as a range such as" + " .4-7, without a type");
        }
        DataType of = last == null ? DataType.BOOL : DataType.BITS;
        return new RegisterAddress(table, start, of, 1, 0, from, to - from + 1, false, isLowByteFirst);
    }

    private static RegisterAddress ofRegisters(
            String written, Table table, int start, String type, boolean isLowWordFirst, boolean isLowByteFirst) {
        Matcher sized = WITH_LENGTH.matcher(type);
        DataType of = DataType.of(sized.matches() ? sized.group(1) : type);
        int length = sized.matches() ? Integer.parseInt(sized.group(2)) : 0;
        if (of.hasLength() && (length < 1 || length > 2 * Table.REGISTERS_READ_MAX)) {
            throw new IllegalArgumentException("'" + written + "': " + of.word() + " needs a length of 1 to "
                    + 2 * Table.REGISTERS_READ_MAX + " bytes, for example " + of.word() + "20");
        }
        int count = of.hasLength() ? (length + 1) / 2 : of.registers();
        if (start + count - 1 > ADDRESS_MAX) {
            throw new IllegalArgumentException(
                    "'" + written + "': " + count + " registers from " + start + " go beyond " + ADDRESS_MAX);
        }
        return new RegisterAddress(table, start, of, count, length, 0, 0, isLowWordFirst, isLowByteFirst);
    }

    @Override
    public ValueKind kind() {
        return type.kind();
    }

    @Override
    public Channel.Access access() {
        boolean isTooLong = count > Table.REGISTERS_WRITE_MAX;
        return table.canWrite() && !isTooLong ? Channel.Access.READ_WRITE : Channel.Access.READ;
    }

    /** Returns the first bit or register after it. */
    int end() {
        return start + count;
    }

    boolean isBitsOfRegister() {
        return bitCount > 0;
    }

    /** Tells {@code sink} what {@code answer}, which begins with the bit or register {@code blockStart}, says of it. */
    void tell(int index, Answer answer, int blockStart, ReadingSink sink) {
        if (table.isBits()) {
            sink.bool(index, answer.bit(start - blockStart), Quality.GOOD, ReadingSink.ARRIVAL);
            return;
        }
        int at = 2 + 2 * (start - blockStart);
        ByteBuffer bytes = ByteBuffer.wrap(reorder(Arrays.copyOfRange(answer.pdu(), at, at + 2 * count)));
        switch (type) {
            case BOOL -> sink.bool(index, ((bytes.getShort() >> bitFirst) & 1) != 0, Quality.GOOD, ReadingSink.ARRIVAL);
            case BITS -> sink.i64(index, (bytes.getShort() >> bitFirst) & mask(), Quality.GOOD, ReadingSink.ARRIVAL);
            case INT16 -> sink.i64(index, bytes.getShort(), Quality.GOOD, ReadingSink.ARRIVAL);
            case UINT16 -> sink.i64(index, Short.toUnsignedLong(bytes.getShort()), Quality.GOOD, ReadingSink.ARRIVAL);
            case INT32 -> sink.i64(index, bytes.getInt(), Quality.GOOD, ReadingSink.ARRIVAL);
            case UINT32 -> sink.i64(index, Integer.toUnsignedLong(bytes.getInt()), Quality.GOOD, ReadingSink.ARRIVAL);
            case INT64 -> sink.i64(index, bytes.getLong(), Quality.GOOD, ReadingSink.ARRIVAL);
            case UINT64 -> {
                long value = bytes.getLong();
                if (value < 0) {
                    sink.none(index, Quality.BAD_OUT_OF_RANGE);
                } else {
                    sink.i64(index, value, Quality.GOOD, ReadingSink.ARRIVAL);
                }
            }
            case FLOAT32 -> sink.f64(index, bytes.getFloat(), Quality.GOOD, ReadingSink.ARRIVAL);
            case FLOAT64 -> sink.f64(index, bytes.getDouble(), Quality.GOOD, ReadingSink.ARRIVAL);
            case STRING -> sink.value(index, new Value.Text(text(bytes.array())), Quality.GOOD, ReadingSink.ARRIVAL);
            case BYTES ->
                sink.value(
                        index,
                        new Value.Bytes(Arrays.copyOf(bytes.array(), lengthBytes)),
                        Quality.GOOD,
                        ReadingSink.ARRIVAL);
        }
    }

    private String text(byte[] bytes) {
        int end = 0;
        while (end < lengthBytes && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8).stripTrailing();
    }

    /** Returns a mask for a field of {@link #bitCount} bits. */
    int mask() {
        return (1 << bitCount) - 1;
    }

    /** Brings bytes from the line into the order of numbers, or back: both are the same. */
    private byte[] reorder(byte[] bytes) {
        boolean isNumber = type != DataType.STRING && type != DataType.BYTES;
        byte[] ordered = new byte[bytes.length];
        int words = bytes.length / 2;
        for (int word = 0; word < words; word++) {
            int from = 2 * (isLowWordFirst && isNumber ? words - 1 - word : word);
            ordered[2 * word] = bytes[from + (isLowByteFirst ? 1 : 0)];
            ordered[2 * word + 1] = bytes[from + (isLowByteFirst ? 0 : 1)];
        }
        return ordered;
    }

    /** Returns the registers that hold {@code value}, null when it does not fit; not for bits. */
    byte @Nullable [] encode(Value value) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * count);
        boolean fits = true;
        if (value instanceof Value.F64 number) {
            if (type == DataType.FLOAT32) {
                float single = (float) number.value();
                fits = Float.isInfinite(single) == Double.isInfinite(number.value());
                bytes.putFloat(single);
            } else {
                bytes.putDouble(number.value());
            }
        } else if (value instanceof Value.I64 number) {
            fits = fits(number.value());
            byte[] all = ByteBuffer.allocate(Long.BYTES).putLong(number.value()).array();
            bytes.put(all, Long.BYTES - 2 * count, 2 * count);
        } else if (value instanceof Value.Text text) {
            byte[] utf8 = text.value().getBytes(StandardCharsets.UTF_8);
            fits = utf8.length <= lengthBytes;
            bytes.put(utf8, 0, Math.min(utf8.length, 2 * count));
        } else if (value instanceof Value.Bytes some) {
            byte[] raw = some.value();
            fits = raw.length == lengthBytes;
            bytes.put(raw, 0, Math.min(raw.length, 2 * count));
        } else {
            fits = false;
        }
        return fits ? reorder(bytes.array()) : null;
    }

    private boolean fits(long value) {
        return switch (type) {
            case UINT16 -> value >= 0 && value <= 0xFFFF;
            case UINT32 -> value >= 0 && value <= 0xFFFF_FFFFL;
            case UINT64 -> value >= 0;
            case INT64 -> true;
            case BITS -> value >= 0 && value <= mask();
            default -> BigInteger.valueOf(value).bitLength() < REGISTER_BITS * count;
        };
    }

    /** Returns the bits of a field in place, -1 when the value does not fit; for bits of a register, byte order applied. */
    int encodeBits(Value value) {
        int bits;
        if (value instanceof Value.Bool bool) {
            bits = bool.value() ? 1 : 0;
        } else if (value instanceof Value.I64 number && fits(number.value())) {
            bits = (int) number.value();
        } else {
            return -1;
        }
        return ordered(bits << bitFirst);
    }

    /** Returns the bits of the register that do not belong to the field, byte order applied. */
    int otherBits() {
        return ordered(~(mask() << bitFirst) & ADDRESS_MAX);
    }

    private int ordered(int register) {
        return isLowByteFirst ? ((register & 0xFF) << 8) | ((register >>> 8) & 0xFF) : register;
    }
}
