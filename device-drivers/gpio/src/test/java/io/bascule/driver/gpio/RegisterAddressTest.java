/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegisterAddressTest {

    private static final HexFormat HEX = HexFormat.of();

    private static RegisterAddress parse(String address, String... options) {
        Map<String, String> map = new HashMap<>();
        for (String option : options) {
            map.put(option.split("=", 2)[0], option.split("=", 2)[1]);
        }
        ChannelConfig channel = new ChannelConfig("c", address, map, "");
        RegisterAddress parsed = (RegisterAddress) BoardAddress.parse(channel, Duration.ofSeconds(1));
        channel.requireAllKnown();
        return parsed;
    }

    @ParameterizedTest
    @CsvSource({
        "uint8, high-first, FE, 254",
        "int8, high-first, FE, -2",
        "uint16, high-first, FFFE, 65534",
        "int16, high-first, FFFE, -2",
        "int16, low-first, FEFF, -2",
        "uint24, high-first, 800001, 8388609",
        "int24, high-first, 800001, -8388607",
        "int24, low-first, 010080, -8388607",
        "uint32, high-first, FFFFFFFE, 4294967294",
        "int32, high-first, 80000000, -2147483648",
        "int32, low-first, 78563412, 305419896"
    })
    void numbersHaveWidthSignAndOrder(String type, String order, String bytes, long value) {
        RegisterAddress address = parse("i2c:1.0x40:0x10:" + type, "order=" + order);
        assertEquals(new Value.I64(value), address.decode(HEX.parseHex(bytes)));
        assertArrayEquals(HEX.parseHex(bytes), address.encode(new Value.I64(value), new byte[address.end()]));
    }

    @Test
    void aFloatIsAFloat() {
        RegisterAddress address = parse("i2c:1.0x40:0x10:float32");
        assertEquals(new Value.F64(-1.5), address.decode(HEX.parseHex("BFC00000")));
        assertArrayEquals(HEX.parseHex("BFC00000"), address.encode(new Value.F64(-1.5), new byte[4]));
        assertNull(address.encode(new Value.F64(1e300), new byte[4]));
    }

    @Test
    void bitsStandInTheirPlaceAndLeaveTheOthers() {
        RegisterAddress bit = parse("i2c:1.0x20:0x12.7");
        assertEquals(new Value.Bool(true), bit.decode(HEX.parseHex("80")));
        assertArrayEquals(HEX.parseHex("D5"), bit.encode(new Value.Bool(true), HEX.parseHex("55")));
        RegisterAddress field = parse("i2c:1.0x20:0x12.4-11:int16");
        assertEquals(new Value.I64(-1), field.decode(HEX.parseHex("0FF0")));
        assertArrayEquals(HEX.parseHex("A80A"), field.encode(new Value.I64(-128), HEX.parseHex("A55A")));
        assertNull(field.encode(new Value.I64(128), HEX.parseHex("0000")));
    }

    @ParameterizedTest
    @CsvSource({
        // Sensirion SHT3x data sheet, section 4.12.
        "0x31/0xFF, BEEF, 92",
        // HTU21D data sheet, application note CRC.
        "0x31/0x00, DC, 79",
        "0x31, 683A, 7C",
        "0x31, 4E85, 6B",
        // CRC-8/SMBUS: check value of '123456789' in the catalogue of parametrised CRC algorithms.
        "0x07/0x00, 313233343536373839, F4"
    })
    void checksumsAreThoseOfTheDataSheets(String crc, String bytes, String expected) {
        byte[] all = HEX.parseHex(bytes);
        assertEquals(Integer.parseInt(expected, 16), Crc8.parse(crc).of(all, 0, all.length));
    }

    @Test
    void aChecksumStandsBehindItsValue() {
        RegisterAddress address = parse("i2c:1.0x44:0x2400+3:uint16", "crc=0x31/0xFF", "wait=15ms");
        assertTrue(address.isIntact(HEX.parseHex("000000BEEF92")));
        assertFalse(address.isIntact(HEX.parseHex("000000BEEE92")));
        assertEquals(6, address.end());
        assertEquals(new Value.I64(0xBEEF), address.decode(HEX.parseHex("000000BEEF92")));
    }

    @ParameterizedTest
    @CsvSource({
        "i2c:1.0x40:0xE3:uint16, READ_WRITE",
        "i2c:1.0x20:0x12.7, READ_WRITE",
        "i2c:1.0x40:0xE3+1:uint16, READ",
        "i2c:1.0x23:-:uint16, READ",
        "spi:0.0:0x018000+1.0-9:uint16, READ",
        "spi:0.1:0x30:uint16, READ_WRITE"
    })
    void whatIsARegisterCanBeWritten(String address, Channel.Access access) {
        assertEquals(access, parse(address).access());
    }

    @Test
    void channelsOfOneAnswerAskTheSame() {
        assertEquals(
                parse("i2c:1.0x44:0x2400:uint16", "wait=15ms").query(),
                parse("i2c:1.68:0x2400+3:uint16", "wait=15ms").query());
        assertEquals("i2c:1.0x44", parse("i2c:1.68:-").query().chipName());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "i2c:1.0x78:0x00",
                "i2c:1.2:0x00",
                "i2c:1.0x40:0xE",
                "i2c:1.0x40:17",
                "i2c:1.0x40:0x00.8",
                "i2c:1.0x40:0x00.5-3",
                "i2c:1.0x40:0x00.1:float32",
                "i2c:1.0x40:0x00:int64",
                "i2c:1.0x40:0x00+62:uint32",
                "spi:0.0:-",
                "spi:0.16:0x00",
                "i2c:1:0x00"
            })
    void whatIsNoAddressIsRefused(String address) {
        String message = assertThrows(IllegalArgumentException.class, () -> parse(address))
                .getMessage();
        assertTrue(message.contains("expected") || message.contains("within"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"crc=31", "wait=1s", "order=big", "frequency=100"})
    void wrongOptionsAreRefused(String option) {
        assertThrows(IllegalArgumentException.class, () -> parse("i2c:1.0x40:0x00", option));
    }

    @Test
    void anyNumberComesBackAsItWasWritten() {
        long seed = 20_261_121;
        Random random = new Random(seed);
        List<NumberType> types = List.of(NumberType.values());
        for (int i = 0; i < 20_000; i++) {
            NumberType type = types.get(random.nextInt(types.size() - 1));
            int first = random.nextInt(type.bits());
            int last = first + random.nextInt(type.bits() - first);
            String bits = first == last ? "" : "." + first + "-" + last;
            RegisterAddress address = parse(
                    "i2c:1.0x40:0x00" + bits + ":" + type.word(),
                    random.nextBoolean() ? "order=low-first" : "order=high-first");
            byte[] bytes = new byte[type.bytes()];
            random.nextBytes(bytes);
            Value value = address.decode(bytes);
            assertArrayEquals(bytes, address.encode(value, bytes), "seed " + seed + " " + address + " " + bits);
        }
    }
}
