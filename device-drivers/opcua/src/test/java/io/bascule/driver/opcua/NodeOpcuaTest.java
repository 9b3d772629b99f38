/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import static io.bascule.driver.opcua.Sessions.LIMIT;
import static io.bascule.driver.opcua.Sessions.address;
import static io.bascule.driver.opcua.Sessions.read;
import static io.bascule.driver.opcua.Sessions.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.testkit.driver.RecordingSink;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading and writing at node-opcua. */
class NodeOpcuaTest {

    /** The time that the server's script gives to some of its variables. */
    private static final Instant MEASURED = Instant.parse("2021-03-04T05:06:07.089Z");

    @TempDir
    static Path folder;

    private static Peer peer;
    private static ClientThreads threads;
    private OpcUaDriver driver;

    @BeforeAll
    static void startPeer() {
        peer = Peer.start(folder.resolve("server"));
        threads = new ClientThreads();
    }

    @AfterAll
    static void endPeer() {
        if (peer != null) {
            peer.close();
            threads.close();
        }
    }

    @BeforeEach
    void connect() throws Exception {
        driver = Sessions.connected(peer.endpoint(), threads);
    }

    @AfterEach
    void disconnect() {
        driver.disconnect();
    }

    private static long nanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    @ParameterizedTest
    @CsvSource({
        "Boolean, bool, true",
        "SByte, i64, -8",
        "Byte, i64, 200",
        "Int16, i64, -30000",
        "UInt16, i64, 60000",
        "Int32, f64, -2000000000",
        "UInt32, i64, 4000000000",
        "Int64, i64, 9223372036854775807",
        "UInt64, f64, 18446744073709551615",
        "UInt64, text, 18446744073709551615",
        "Float, f64, 1.5",
        "Double, f64, 0.1",
        "String, text, drei",
        "DateTime, text, 2021-03-04T05:06:07.089Z",
        "ByteString, bytes, 0102ff",
        "LocalizedText, text, vier"
    })
    void readsEveryType(String node, String kind, String expected) throws Exception {
        NodeAddress address = address("Types." + node, "type=" + kind);
        assertEquals(
                Value.parse(address.kind(), expected), read(driver, address).value(0));
    }

    @ParameterizedTest
    @CsvSource({
        "Boolean, bool, false",
        "SByte, i64, -128",
        "Byte, f64, 255",
        "Int16, i64, 32767",
        "UInt16, i64, 65535",
        "Int32, f64, 123456",
        "UInt32, i64, 4294967295",
        "Int64, i64, -9223372036854775808",
        "UInt64, i64, 9007199254740993",
        "Float, f64, 0.25",
        "Double, f64, 1e300",
        "String, text, 'neu; mit \"Zeichen\" äöü'",
        "DateTime, text, 2026-11-21T19:00:00.125Z",
        "ByteString, bytes, ff00",
        "LocalizedText, text, neu"
    })
    void writesEveryTypeAsTheServerHasIt(String node, String kind, String written) throws Exception {
        NodeAddress address = address("Written." + node, "type=" + kind);
        Value value = Value.parse(address.kind(), written);
        assertEquals(Quality.GOOD, write(driver, address, value));
        assertEquals(value, read(driver, address).value(0));
    }

    @Test
    void whatDoesNotFitIsRefusedByItselfAndTheRestIsWritten() throws Exception {
        List<NodeAddress> addresses = List.of(
                address("Types.SByte", "type=i64"),
                address("Types.Byte"),
                address("Types.Int32"),
                address("Types.Boolean", "type=text"),
                address("Types.Float"),
                address("Fixed"),
                address("Missing"),
                address("nsu=http://nowhere;s=a"),
                address("Level"));
        List<Value> values = List.of(
                new Value.I64(128),
                new Value.F64(-1),
                new Value.F64(1.5),
                new Value.Text("true"),
                new Value.F64(1e39),
                new Value.F64(1),
                new Value.F64(1),
                new Value.F64(1),
                new Value.F64(11));
        List<Quality> answers = driver.write(addresses, values, Deadline.after(LIMIT));
        assertEquals(
                List.of(
                        "bad:out-of-range",
                        "bad:out-of-range",
                        "bad:out-of-range",
                        "bad:type-mismatch",
                        "bad:out-of-range",
                        "bad:not-writable",
                        "bad:node-id-unknown",
                        "bad:node-id-unknown",
                        "good"),
                answers.stream().map(Quality::word).toList());
        assertEquals(new Value.F64(11), read(driver, address("Level")).value(0));
    }

    @Test
    void aWriteCarriesNeitherTimeNorStatus() throws Exception {
        assertEquals(Quality.GOOD, write(driver, address("Setpoint"), new Value.F64(17)));
        assertEquals(
                new Value.Text("  Good"),
                read(driver, address("Taken", "type=text")).value(0));
        assertEquals(Quality.BAD_OUT_OF_RANGE, write(driver, address("Setpoint"), new Value.F64(1001)));
    }

    @Test
    void theTimeIsThatOfTheSource() throws Exception {
        Reading reading =
                read(driver, address("Temperature")).batch().readings().get(0);
        assertEquals(nanos(MEASURED), reading.timeNanos());
        assertEquals(Quality.GOOD, reading.quality());
        assertEquals(new Value.F64(42.5), reading.value());
    }

    @Test
    void theQualityIsTheStatusOfTheServer() throws Exception {
        RecordingSink sink = read(
                driver,
                address("Worn"),
                address("Dead"),
                address("Missing"),
                address("Temperature", "type=text"),
                address("Temperature", "type=bool"),
                address("Array"),
                address("Types.UInt64", "type=i64"),
                address("Array", "element=3"));
        Reading worn = sink.batch().readings().get(0);
        assertEquals(Quality.UNCERTAIN_SENSOR_NOT_ACCURATE, worn.quality());
        assertEquals(new Value.F64(5), worn.value());
        assertEquals(nanos(MEASURED), worn.timeNanos());
        assertEquals(new Value.Text("42.5"), sink.value(3));
        // Bad_IndexRangeNoData has no word of ours.
        assertEquals(
                Map.of(
                        1, "bad:sensor-failure",
                        2, "bad:node-id-unknown",
                        4, "bad:type-mismatch",
                        5, "bad:type-mismatch",
                        6, "bad:out-of-range",
                        7, "bad:0x8037"),
                sink.missing().entrySet().stream()
                        .collect(java.util.stream.Collectors.toMap(
                                Map.Entry::getKey, e -> e.getValue().word())));
    }

    @Test
    void anElementOfAnArrayIsAChannel() throws Exception {
        assertEquals(
                new Value.F64(20), read(driver, address("Array", "element=1")).value(0));
        assertEquals(Quality.GOOD, write(driver, address("Array", "element=1"), new Value.F64(21)));
        RecordingSink sink = read(driver, address("Array", "element=0"), address("Array", "element=1", "type=i64"));
        assertEquals(new Value.F64(10), sink.value(0));
        assertEquals(new Value.I64(21), sink.value(1));
        assertEquals(Quality.GOOD, write(driver, address("Array", "element=1"), new Value.F64(20)));
    }

    @Test
    void moreNodesThanTheServerTakesAtOnceAreSeveralRequests() throws Exception {
        List<NodeAddress> many =
                IntStream.range(0, 100).mapToObj(i -> address("Many" + i)).toList();
        var plan = driver.plan(many, java.time.Duration.ZERO);
        RecordingSink sink = new RecordingSink();
        plan.read(sink, Deadline.after(LIMIT));
        // The script lets 40 be read in one request.
        assertEquals(3, plan.requestsMax());
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            values.add(new Value.F64(i + 0.5));
            assertEquals(new Value.F64(i), sink.value(i));
        }
        assertTrue(driver.write(many, values, Deadline.after(LIMIT)).stream().allMatch(Quality.GOOD::equals));
        assertEquals(new Value.F64(99.5), read(driver, address("Many99")).value(0));
        List<Value> before =
                IntStream.range(0, 100).<Value>mapToObj(i -> new Value.F64(i)).toList();
        driver.write(many, before, Deadline.after(LIMIT));
    }

    @Test
    void aNamespaceIsNamedByItsUriOrItsIndex() throws Exception {
        RecordingSink sink = read(
                driver,
                address("nsu=http://bascule.test/later;i=7"),
                address("ns=3;i=7"),
                address("i=2259", "type=i64"));
        assertEquals(new Value.F64(7), sink.value(0));
        assertEquals(new Value.F64(7), sink.value(1));
        // The state of the server: it runs.
        assertEquals(new Value.I64(0), sink.value(2));
    }
}
