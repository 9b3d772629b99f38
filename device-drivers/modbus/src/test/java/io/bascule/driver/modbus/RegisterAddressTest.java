/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.testkit.driver.RecordingSink;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterAddressTest {

    private static RegisterAddress parse(String written) {
        return RegisterAddress.parse(written, false, false);
    }

    @ParameterizedTest(name = "{0} is {1} {2} {3}, {4} registers or bits")
    @CsvSource({
        "holding:100, HOLDING, 100, UINT16, 1",
        "holding:100:float32, HOLDING, 100, FLOAT32, 2",
        "input:0x1F:int64, INPUT, 31, INT64, 4",
        "coil:7, COIL, 7, BOOL, 1",
        "discrete:0, DISCRETE, 0, BOOL, 1",
        "holding:12.3, HOLDING, 12, BOOL, 1",
        "holding:12.4-7, HOLDING, 12, BITS, 1",
        "holding:5:string7, HOLDING, 5, STRING, 4",
        "holding:65535, HOLDING, 65535, UINT16, 1",
        "holding:0010, HOLDING, 10, UINT16, 1",
        "40001, HOLDING, 0, UINT16, 1",
        "400101:float32, HOLDING, 100, FLOAT32, 2",
        "30005, INPUT, 4, UINT16, 1",
        "10001, DISCRETE, 0, BOOL, 1",
        "00008, COIL, 7, BOOL, 1",
        "40013.15, HOLDING, 12, BOOL, 1"
    })
    void anAddressIsTableNumberAndType(String written, Table table, int start, DataType type, int count) {
        RegisterAddress address = parse(written);
        assertEquals(table, address.table());
        assertEquals(start, address.start());
        assertEquals(type, address.type());
        assertEquals(count, address.count());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "holding | is no Modbus address; expected for example",
                "register:1 | table 'register' is none of coil, discrete, input, holding",
                "holding:65536 | address 65536",
                "holding:65535:int32 | go beyond 65535",
                "holding:1:float16 | type 'float16' is none of",
                "holding:1:string0 | needs a length of 1 to 250",
                "holding:1:string251 | needs a length",
                "holding:1:string | needs a length",
                "holding:1.16 | bits are written .0 to .15",
                "holding:1.7-4 | bits are written",
                "holding:1.3:int16 | without a type",
                "coil:1:int16 | has bits; leave out type",
                "coil:1.1 | has bits",
                "123 | names no table",
                "20001 | names no table",
                "40000 | is not within 0 to",
                "holding:-1 | is no Modbus address"
            })
    void aWrongAddressSaysWhatIsWrong(String written, String problem) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> parse(written))
                .getMessage());
        assertTrue(message.contains(problem), message);
    }

    private static Answer answer(String registers) {
        byte[] data = HexFormat.of().parseHex(registers.replace(" ", ""));
        byte[] pdu = new byte[2 + data.length];
        pdu[0] = 3;
        pdu[1] = (byte) data.length;
        System.arraycopy(data, 0, pdu, 2, data.length);
        return new Answer(pdu);
    }

    @ParameterizedTest(name = "{0}, words {1}, bytes {2}: {3} is {4}")
    @CsvSource({
        "holding:0:int16, false, false, FFFE, -2",
        "holding:0:uint16, false, false, FFFE, 65534",
        "holding:0:int16, false, true, FEFF, -2",
        "holding:0:int32, false, false, FFFF FFFE, -2",
        "holding:0:int32, true, false, FFFE FFFF, -2",
        "holding:0:uint32, false, false, FFFF FFFE, 4294967294",
        "holding:0:uint32, true, true, 3412 7856, 1450709556",
        "holding:0:int64, false, false, 0102 0304 0506 0708, 72623859790382856",
        "holding:0:int64, true, false, 0708 0506 0304 0102, 72623859790382856",
        "holding:0:uint64, false, false, 7FFF FFFF FFFF FFFF, 9223372036854775807",
        "holding:0:float32, false, false, 42F6 E979, 123.45600128173828",
        "holding:0:float32, true, false, E979 42F6, 123.45600128173828",
        "holding:0:float64, false, false, 405E DD2F 1A9F BE77, 123.456",
        "holding:0:float64, true, true, 77BE 9F1A 2FDD 5E40, 123.456",
        "holding:0.15, false, false, 8000, true",
        "holding:0.7, false, true, 8000, true",
        "holding:0.8, false, true, 8000, false",
        "holding:0.4-7, false, false, 00A5, 10",
        "holding:0.12-15, false, false, F000, 15",
        "holding:0:string5, false, false, 4869 2100 5858, Hi!",
        "holding:0:string4, false, true, 6948 2021, Hi!",
        "holding:0:bytes3, true, false, 0102 0300, 010203"
    })
    void valuesAreReadAndWrittenInEveryOrder(
            String written, boolean isLowWordFirst, boolean isLowByteFirst, String registers, String value) {
        RegisterAddress address = RegisterAddress.parse(written, isLowWordFirst, isLowByteFirst);
        RecordingSink sink = new RecordingSink();
        address.tell(0, answer(registers), 0, sink);
        assertEquals(value, sink.value(0).asText());
        if (!address.isBitsOfRegister()) {
            byte[] encoded = address.encode(sink.value(0));
            RecordingSink again = new RecordingSink();
            address.tell(0, answer(HexFormat.of().formatHex(encoded == null ? new byte[0] : encoded)), 0, again);
            assertEquals(sink.value(0), again.value(0));
        }
    }

    @Test
    void anUnsigned64BitNumberThatDoesNotFitHasNoValue() {
        RecordingSink sink = new RecordingSink();
        parse("holding:0:uint64").tell(0, answer("8000 0000 0000 0000"), 0, sink);
        assertEquals(Map.of(0, Quality.BAD_OUT_OF_RANGE), sink.missing());
    }

    @ParameterizedTest
    @CsvSource({
        "holding:0:int16, 32767, true", "holding:0:int16, 32768, false", "holding:0:int16, -32768, true",
        "holding:0:int16, -32769, false", "holding:0:uint16, 65535, true", "holding:0:uint16, 65536, false",
        "holding:0:uint16, -1, false", "holding:0:int32, 2147483648, false", "holding:0:uint32, 4294967295, true",
        "holding:0:uint32, 4294967296, false", "holding:0:uint64, -1, false", "holding:0:int64, -1, true"
    })
    void aNumberThatDoesNotFitIsNotWritten(String address, long value, boolean fits) {
        assertEquals(fits, parse(address).encode(new Value.I64(value)) != null);
    }

    @Test
    void whatDoesNotFitIsNotWritten() {
        assertNull(parse("holding:0:string3").encode(new Value.Text("long")));
        assertNull(parse("holding:0:bytes3").encode(new Value.Bytes(new byte[2])));
        assertNull(parse("holding:0:float32").encode(new Value.F64(1e300)));
        assertEquals(-1, parse("holding:0.4-7").encodeBits(new Value.I64(16)));
        assertEquals(0xF0, parse("holding:0.4-7").encodeBits(new Value.I64(15)));
        assertEquals(0xFF0F, parse("holding:0.4-7").otherBits());
    }
}
