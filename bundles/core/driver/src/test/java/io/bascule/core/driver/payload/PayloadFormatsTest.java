/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.payload.Content;
import io.bascule.api.channel.payload.PayloadField;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where values are in payloads, what they become, and how they are written. */
class PayloadFormatsTest {

    private static final StandardPayloadFormats FORMATS = new StandardPayloadFormats();

    /** The document of RFC 6901 section 5. */
    private static final String RFC_6901 = "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
            + "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}";

    private static PayloadField field(String... options) {
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        return FORMATS.field(new ChannelConfig("c", "a", all, ""));
    }

    private static Content read(PayloadField field, String payload) {
        return field.read(FORMATS.payload(payload.getBytes(StandardCharsets.UTF_8)));
    }

    private static String told(PayloadField field, String payload) {
        Content content = read(field, payload);
        Value value = content.value();
        return value == null ? content.quality().word() : value.asText();
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "/foo/0; bar",
                "/foo/1; baz",
                "/; 0",
                "/a~1b; 1",
                "/c%d; 2",
                "/e^f; 3",
                "/g|h; 4",
                "/i\\j; 5",
                "/k\"l; 6",
                "`/ `; 7",
                "/m~0n; 8",
                "/foo/2; bad:node-id-unknown",
                "/foo/00; bad:node-id-unknown",
                "/foo/-; bad:node-id-unknown",
                "/foo/99999999999; bad:node-id-unknown",
                "/foo/0/x; bad:node-id-unknown",
                "/m~01n; bad:node-id-unknown",
                "/foo; bad:type-mismatch"
            })
    void aPointerFindsWhatTheSpecificationSays(String pointer, String expected) {
        assertEquals(expected, told(field("pointer", pointer, "type", "text"), RFC_6901));
    }

    @Test
    void theEmptyPointerIsTheWholeDocument() {
        assertEquals("21.5", told(field("format", "json"), " 21.5 "));
        assertEquals("bad:type-mismatch", told(field("format", "json"), RFC_6901));
    }

    @ParameterizedTest(name = "{1} as {0} is {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "f64 | 1 | 1.0",
                "f64 | -2.5e3 | -2500.0",
                "f64 | \"21.5\" | 21.5",
                "f64 | 1e400 | bad:out-of-range",
                "f64 | \"NaN\" | bad:type-mismatch",
                "f64 | \"1f\" | bad:type-mismatch",
                "f64 | true | bad:type-mismatch",
                "f64 | null | bad:resource-unavailable",
                "f64 | {} | bad:type-mismatch",
                "i64 | 9223372036854775807 | 9223372036854775807",
                "i64 | 9223372036854775808 | bad:out-of-range",
                "i64 | 1e3 | 1000",
                "i64 | 1.0 | 1",
                "i64 | 1.5 | bad:type-mismatch",
                "i64 | 1e999999999 | bad:out-of-range",
                "i64 | 1e-999999999 | bad:type-mismatch",
                "i64 | 0e999999999 | 0",
                "bool | true | true",
                "bool | 0 | false",
                "bool | \"ON\" | true",
                "bool | 2 | bad:type-mismatch",
                "text | \"a\\u00e4\" | aä",
                "text | 1.50 | 1.50",
                "text | true | true",
                "bytes | \"AQID\" | 010203",
                "bytes | \"!\" | bad:type-mismatch",
                "bytes | 1 | bad:type-mismatch"
            })
    void whatStandsInJsonBecomesAValueOrAReason(String type, String json, String expected) {
        assertEquals(expected, told(field("pointer", "/v", "type", type), "{\"v\":" + json + "}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"v\":1}x", "{\"v\":NaN}", "{v:1}", "[1,]", "<html>", "{\"v\":1}{\"v\":1}"})
    void whatIsNotJsonHasNoValue(String payload) {
        assertEquals(
                Quality.BAD_TYPE_MISMATCH, read(field("pointer", "/v"), payload).quality());
    }

    @Test
    void deepAndLongDocumentsAreRefusedAndCostNoStack() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertEquals("bad:type-mismatch", told(field("pointer", "/0"), deep));
        assertEquals("bad:out-of-range", told(field("type", "text"), "x".repeat(65_537)));
        assertEquals("bad:type-mismatch", told(field("type", "i64"), "9".repeat(60_000)));
    }

    @Test
    void garbageNeverFails() {
        Random random = new Random(20_261_121);
        PayloadField[] fields = {field("pointer", "/v"), field("column", "2"), field(), field("type", "text")};
        for (int i = 0; i < 5000; i++) {
            byte[] garbage = new byte[random.nextInt(40)];
            random.nextBytes(garbage);
            for (PayloadField field : fields) {
                Content content = field.read(FORMATS.payload(garbage));
                assertEquals(content.value() == null, content.quality().level() != Quality.Level.GOOD);
            }
        }
    }

    @Test
    void rawPayloadsAreTextsNumbersOrBytes() {
        assertEquals("17.25", told(field(), " 17.25\r\n"));
        assertEquals("-3", told(field("type", "i64"), "-3"));
        assertEquals(" x ", told(field("type", "text"), " x "));
        Content bytes = field("type", "bytes").read(FORMATS.payload(new byte[] {(byte) 0xFF, 0}));
        assertEquals(new Value.Bytes(new byte[] {(byte) 0xFF, 0}), bytes.value());
        Content noText = field("type", "text").read(FORMATS.payload(new byte[] {(byte) 0xFF, 0}));
        assertEquals(Quality.BAD_TYPE_MISMATCH, noText.quality());
    }

    @Test
    void wordsForTrueAndFalseCanBeTheDevices() {
        PayloadField field = field("type", "bool", "on", "open", "off", "closed");
        assertEquals("true", told(field, "open"));
        assertEquals("false", told(field, "closed\n"));
        assertEquals("bad:type-mismatch", told(field, "true"));
        assertEquals("open", new String(field.write(new Value.Bool(true)), StandardCharsets.UTF_8));
        PayloadField json = field("type", "bool", "on", "1", "off", "0", "pointer", "/v");
        assertEquals("true", told(json, "{\"v\":1}"));
        assertEquals("\"1\"", new String(json.write(new Value.Bool(true)), StandardCharsets.UTF_8));
    }

    @Test
    void cellsAreFoundByNumberOrName() {
        String table = "\uFEFFtime,temp,\"a, \"\"b\"\"\"\r\n1,20.5,x\r\n\r\n2,21.5,y";
        assertEquals("20.5", told(field("column", "temp"), table));
        assertEquals("21.5", told(field("column", "temp", "line", "last"), table));
        assertEquals("21.5", told(field("column", "2", "line", "3"), table));
        assertEquals("y", told(field("column", "a, \"b\"", "line", "2", "type", "text"), table));
        assertEquals("bad:node-id-unknown", told(field("column", "temp", "line", "3"), table));
        assertEquals("bad:node-id-unknown", told(field("column", "other"), table));
        assertEquals("bad:node-id-unknown", told(field("column", "4"), table));
        assertEquals("bad:node-id-unknown", told(field("column", "temp", "line", "last"), "time,temp\n"));
        assertEquals(
                "bad:type-mismatch",
                told(
                        field("column", "temp"),
                        "time;temp\n1;2\n"
                                .replace("temp", "temp,x")
                                .replace(";", ",")
                                .replace("2", "cold")));
        assertEquals("2", told(field("column", "2", "separator", ";", "type", "i64"), "1;2"));
        assertEquals("2", told(field("column", "2", "separator", "tab", "type", "i64"), "1\t2"));
    }

    @Test
    void theSourceTimeIsTheDevices() {
        String json =
                "{\"v\":1,\"ms\":1772366400500,\"s\":1772366400.5,\"iso\":\"2026-03-01T13:00:00.5+01:00\",\"x\":\"soon\"}";
        long expected = Duration.ofSeconds(1_772_366_400L, 500_000_000).toNanos();
        assertEquals(
                expected,
                read(field("pointer", "/v", "timePointer", "/ms"), json).timeNanos());
        assertEquals(
                expected,
                read(field("pointer", "/v", "timePointer", "/s", "timeUnit", "s"), json)
                        .timeNanos());
        assertEquals(
                expected,
                read(field("pointer", "/v", "timePointer", "/iso"), json).timeNanos());
        for (String none : new String[] {"/x", "/y"}) {
            assertEquals(
                    ReadingSink.ARRIVAL,
                    read(field("pointer", "/v", "timePointer", none), json).timeNanos());
        }
        PayloadField cell = field("column", "2", "timeColumn", "1", "timeUnit", "s");
        assertEquals(expected, read(cell, "1772366400.5,7").timeNanos());
    }

    @ParameterizedTest(name = "{1} as {0} is written {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "f64 | 7 | 7 | 7",
                "f64 | -0.5 | -0.5 | -0.5",
                "f64 | 1e300 | 1.0E300 | 1.0E300",
                "i64 | 9223372036854775807 | 9223372036854775807 | 9223372036854775807",
                "bool | true | true | true",
                "text | a\"b | a\"b | \"a\\\"b\""
            })
    void valuesAreWrittenAsTextAndAsJson(String type, String value, String raw, String json) {
        Value typed = Value.parse(field("type", type).kind(), value);
        assertEquals(raw, new String(field("type", type).write(typed), StandardCharsets.UTF_8));
        assertEquals(json, new String(field("type", type, "format", "json").write(typed), StandardCharsets.UTF_8));
        String template = "{\"set\":{value},\"by\":\"gateway\"}";
        assertEquals(
                template.replace("{value}", json),
                new String(
                        field("type", type, "format", "json", "template", template)
                                .write(typed),
                        StandardCharsets.UTF_8));
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Random random = new Random(20_261_121);
        for (int i = 0; i < 2000; i++) {
            Value f64 = new Value.F64(Double.longBitsToDouble(random.nextLong()));
            Value i64 = new Value.I64(random.nextLong());
            byte[] some = new byte[random.nextInt(20)];
            random.nextBytes(some);
            for (Value value : new Value[] {f64, i64, new Value.Bytes(some), new Value.Text("ä\"\\\n" + i)}) {
                boolean isFinite = !(value instanceof Value.F64 number) || Double.isFinite(number.value());
                PayloadField field = field("type", value.kind().word(), "format", "json");
                if (isFinite) {
                    assertEquals(
                            value,
                            field.read(FORMATS.payload(field.write(value))).value());
                }
            }
        }
    }

    @Test
    void whatCannotBeWrittenIsRefused() {
        for (double number : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> field().write(new Value.F64(number)));
        }
        assertThrows(IllegalArgumentException.class, () -> field().write(new Value.Text("7")));
        assertArrayEquals(new byte[] {1}, field("type", "bytes").write(new Value.Bytes(new byte[] {1})));
        assertEquals(
                "01",
                new String(
                                field("type", "bytes", "bytes", "hex", "format", "json")
                                        .write(new Value.Bytes(new byte[] {1})),
                                StandardCharsets.UTF_8)
                        .replace("\"", ""));
    }

    @Test
    void theMediaTypeIsThatOfTheFormat() {
        assertEquals("application/json", field("format", "json").mediaType());
        assertEquals("text/plain;charset=utf-8", field().mediaType());
        assertEquals("application/octet-stream", field("type", "bytes").mediaType());
        assertEquals(ValueKind.BOOL, field("type", "bool").kind());
    }

    @ParameterizedTest(name = "{0}={1} {2}={3}: {4}")
    @CsvSource(
            delimiter = '|',
            value = {
                "type | float | line | 1 | type='float' is none of [f64, i64, bool, text, bytes]",
                "pointer | x | type | f64 | does not begin with '/'",
                "pointer | /a~2 | type | f64 | neither ~0 (for ~) nor ~1",
                "pointer | /a | column | 1 | column needs format=csv",
                "format | xml | type | f64 | format='xml' is none of [raw, json, csv]",
                "format | csv | type | f64 | format=csv needs column",
                "column | 0 | type | f64 | column=0 is not within 1 to 10000",
                "column | 1 | separator | ab | neither one character nor the word tab",
                "column | 1 | line | 0 | line=0 is not a whole number from 1",
                "type | f64 | line | 2 | line needs format=csv",
                "type | bool | on | x | on and off belong together",
                "type | bytes | bytes | oct | neither base64 nor hex",
                "type | f64 | template | set | has no {value}",
                "type | bytes | template | {value} | template cannot hold raw bytes",
                "type | f64 | timePointer | /t | timePointer needs format=json",
                "pointer | /a | timeUnit | h | timeUnit='h' is none of [s, ms, us, ns]"
            })
    void optionsThatMakeNoSenseSayWhatWasExpected(String a, String av, String b, String bv, String words) {
        IllegalArgumentException problem = assertThrows(IllegalArgumentException.class, () -> field(a, av, b, bv));
        assertTrue(String.valueOf(problem.getMessage()).contains(words), problem.getMessage());
    }
}
