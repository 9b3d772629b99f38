/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.testkit.PeerProgram;
import io.bascule.testkit.driver.RecordingSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver against libmodbus, over TCP and over a line of two pseudo terminals; mbpoll reads what the driver wrote. */
class LibmodbusTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final List<Runnable> closing = new ArrayList<>();
    private Peer peer;
    private Process wire;

    @AfterEach
    void close() {
        closing.forEach(Runnable::run);
        if (peer != null) {
            peer.close();
        }
        if (wire != null) {
            wire.destroy();
        }
    }

    private ModbusDriver driver(String transport, Map<String, Object> changes) throws Exception {
        Map<String, Object> settings =
                new HashMap<>(Map.of("transport", transport, "timeoutMillis", 5000, "retries", 1));
        if (transport.equals("tcp")) {
            peer = peer == null ? Peer.tcp() : peer;
            settings.putAll(Map.of("host", "127.0.0.1", "port", peer.port()));
        } else {
            if (wire == null) {
                wire = Peer.line(folder.resolve("ours"), folder.resolve("theirs"));
                peer = Peer.rtu(folder.resolve("theirs"));
            }
            settings.putAll(Map.of("serialPort", folder.resolve("ours").toString(), "parity", "none"));
        }
        settings.putAll(changes);
        DeviceSettings read = new DeviceSettings(TestConfig.with(settings));
        ModbusDriver driver = ModbusSettings.driver(read, buses);
        assertEquals(List.of(), read.problems());
        driver.connect(Deadline.after(LIMIT));
        closing.add(driver::disconnect);
        return driver;
    }

    private final SerialBuses buses = new SerialBuses();

    private static RegisterAddress address(ModbusDriver driver, String written) {
        return driver.address(new ChannelConfig("c", written, Map.of(), ""));
    }

    private static RecordingSink read(ModbusDriver driver, String... written) throws Exception {
        RecordingSink sink = new RecordingSink();
        List<RegisterAddress> addresses = new ArrayList<>();
        for (String one : written) {
            addresses.add(address(driver, one));
        }
        driver.plan(addresses, Duration.ZERO).read(sink, Deadline.after(LIMIT));
        return sink;
    }

    private static Quality write(ModbusDriver driver, String written, Value value) throws Exception {
        return driver.write(List.of(address(driver, written)), List.of(value), Deadline.after(LIMIT))
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "rtu"})
    void allFourTablesAreRead(String transport) throws Exception {
        ModbusDriver driver = driver(transport, Map.of());
        RecordingSink sink = read(driver, "input:7", "discrete:0", "discrete:1", "discrete:9", "coil:3", "holding:4");
        assertEquals(new Value.I64(1007), sink.value(0));
        assertEquals(new Value.Bool(true), sink.value(1));
        assertEquals(new Value.Bool(false), sink.value(2));
        assertEquals(new Value.Bool(true), sink.value(3));
        assertEquals(new Value.Bool(false), sink.value(4));
        assertEquals(new Value.I64(0), sink.value(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "rtu"})
    void everyTypeIsWrittenAndReadWithEachFunction(String transport) throws Exception {
        Map<String, Value> values = Map.ofEntries(
                Map.entry("coil:20", new Value.Bool(true)),
                Map.entry("holding:10:int16", new Value.I64(-5)),
                Map.entry("holding:11", new Value.I64(65_535)),
                Map.entry("holding:12:int32", new Value.I64(-70_000)),
                Map.entry("holding:14:uint32", new Value.I64(4_000_000_000L)),
                Map.entry("holding:16:int64", new Value.I64(Long.MIN_VALUE)),
                Map.entry("holding:20:uint64", new Value.I64(Long.MAX_VALUE)),
                Map.entry("holding:24:float32", new Value.F64(1.5)),
                Map.entry("holding:26:float64", new Value.F64(Math.PI)),
                Map.entry("holding:30:string9", new Value.Text("Grüezi")),
                Map.entry("holding:35:bytes4", new Value.Bytes(new byte[] {1, 2, 3, 4})),
                Map.entry("holding:40.3", new Value.Bool(true)),
                Map.entry("holding:40.8-11", new Value.I64(9)));
        for (String function : List.of("auto", "multiple", "read-write")) {
            for (String order : List.of("high-first", "low-first")) {
                ModbusDriver driver =
                        driver(transport, Map.of("writeFunction", function, "wordOrder", order, "byteOrder", order));
                assertEquals(Quality.GOOD, write(driver, "holding:40", new Value.I64(0)));
                for (Map.Entry<String, Value> entry : values.entrySet()) {
                    String what = function + " " + order + " " + entry.getKey();
                    assertEquals(Quality.GOOD, write(driver, entry.getKey(), entry.getValue()), what);
                    assertEquals(entry.getValue(), read(driver, entry.getKey()).value(0), what);
                }
                // The field and the bit left each other alone.
                assertEquals(
                        new Value.I64(0x908),
                        read(driver(transport, Map.of("byteOrder", order)), "holding:40")
                                .value(0));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "rtu"})
    void exceptionsHaveTheirCodeOnBothTransports(String transport) throws Exception {
        ModbusDriver driver = driver(transport, Map.of());
        RecordingSink sink = read(driver, "holding:498", "holding:499", "holding:500", "input:900");
        assertEquals(Map.of(2, Quality.BAD_NODE_ID_UNKNOWN, 3, Quality.BAD_NODE_ID_UNKNOWN), sink.missing());
        assertEquals(new Value.I64(0), sink.value(0));
        assertEquals(Quality.BAD_NODE_ID_UNKNOWN, write(driver, "holding:500", new Value.I64(1)));
        assertEquals(Quality.BAD_NODE_ID_UNKNOWN, write(driver, "coil:500", new Value.Bool(true)));
        assertEquals(Quality.BAD_NODE_ID_UNKNOWN, write(driver, "holding:499:int32", new Value.I64(1)));
        assertEquals(Quality.BAD_OUT_OF_RANGE, write(driver, "holding:1", new Value.I64(-1)));
    }

    @Test
    void mbpollReadsWhatWeWrote() throws Exception {
        ModbusDriver driver = driver("tcp", Map.of());
        assertEquals(Quality.GOOD, write(driver, "holding:100:float32", new Value.F64(-12.25)));
        assertEquals(Quality.GOOD, write(driver, "holding:102:int32", new Value.I64(-123_456)));
        assertEquals(Quality.GOOD, write(driver, "holding:104", new Value.I64(4711)));
        assertTrue(mbpoll("-t", "4:float", "-B", "-r", "101").contains("-12.25"));
        assertTrue(mbpoll("-t", "4:int", "-B", "-r", "103").contains("-123456"));
        assertTrue(mbpoll("-t", "4", "-r", "105").contains("4711"));
    }

    private String mbpoll(String... arguments) {
        List<String> command = new ArrayList<>(List.of("mbpoll", "-m", "tcp", "-p", Integer.toString(peer.port())));
        command.addAll(List.of("-a", "1", "-c", "1", "-1", "-q", "-o", "10"));
        command.addAll(List.of(arguments));
        command.add("127.0.0.1");
        return PeerProgram.run(command.toArray(String[]::new));
    }

    @Test
    void manyRequestsInFlightGetTheirOwnAnswers() throws Exception {
        ModbusDriver driver = driver("tcp", Map.of("requestsInFlightMax", 8, "gapMax", 0));
        String[] written = new String[200];
        for (int i = 0; i < written.length; i++) {
            written[i] = "input:" + 2 * i;
        }
        RecordingSink sink = read(driver, written);
        for (int i = 0; i < written.length; i++) {
            assertEquals(new Value.I64(1000 + 2 * i), sink.value(i));
        }
    }

    @Test
    void thePauseBetweenRequestsIsKept() throws Exception {
        ModbusDriver driver = driver("tcp", Map.of("pauseMillis", 50, "gapMax", 0));
        long begin = System.nanoTime();
        read(driver, "input:0", "input:10", "input:20", "input:30");
        assertTrue(System.nanoTime() - begin >= 150_000_000L);
    }

    @Test
    void twoDevicesShareALineAndOneThatIsNotThereDelaysButDoesNotBreakIt() throws Exception {
        ModbusDriver there = driver("rtu", Map.of("retries", 3));
        ModbusDriver missing = driver("rtu", Map.of("unit", 2, "timeoutMillis", 100));
        DriverException problem = assertThrows(DriverException.class, () -> read(missing, "input:1"));
        assertTrue(
                String.valueOf(problem.getMessage())
                        .matches("unit 2 on .*: no answer within 100 ms to function 4 at"
                                + " address 1, count 1, asked 2 times"),
                problem.getMessage());
        assertEquals(new Value.I64(1001), read(there, "input:1").value(0));
        missing.disconnect();
        assertEquals(new Value.I64(1002), read(there, "input:2").value(0));
    }

    @Test
    void aPortThatIsNotThereAndOneWithOtherSettingsSaySo() throws Exception {
        driver("rtu", Map.of());
        DriverException other = assertThrows(DriverException.class, () -> driver("rtu", Map.of("baud", 9600)));
        assertTrue(String.valueOf(other.getMessage()).contains("another device uses the port"), other.getMessage());
        DriverException none = assertThrows(
                DriverException.class,
                () -> driver(
                        "rtu", Map.of("serialPort", folder.resolve("nowhere").toString())));
        assertTrue(String.valueOf(none.getMessage()).contains("nowhere"), none.getMessage());
    }
}
