/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.driver.RecordingSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The meter driver against the meter in C: every kind of value over TCP and a line of two pseudo terminals, by grants only. */
class MeterTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private final List<AutoCloseable> closing = new ArrayList<>();
    private LaneFixture fixture;
    private WasmModule module;

    @BeforeEach
    void start() throws Exception {
        fixture = new LaneFixture(directory.resolve("state"));
        module = fixture.module(Meter.driver(), FaultPolicy.DEFAULT);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : closing) {
            one.close();
        }
        fixture.close();
    }

    private String endpoint(String transport) {
        if (transport.equals("tcp")) {
            Meter meter = Meter.tcp();
            closing.add(meter);
            return meter.endpoint();
        }
        Process line = Meter.line(directory.resolve("ours"), directory.resolve("theirs"));
        closing.add(line::destroy);
        closing.add(Meter.serial(directory.resolve("theirs")));
        return "serial:" + directory.resolve("ours") + "?baud=115200";
    }

    private Driver<WasmAddress> driver(String endpoint) throws Exception {
        DeviceSettings settings = new DeviceSettings(Map.of("endpoint", endpoint));
        Driver<WasmAddress> driver = module.drivers().create(settings);
        assertEquals(List.of(), settings.problems());
        closing.add(0, driver::disconnect);
        return driver;
    }

    private static WasmAddress address(Driver<WasmAddress> driver, String written) {
        return driver.address(new ChannelConfig("c", written, Map.of(), ""));
    }

    private static RecordingSink read(Driver<WasmAddress> driver, List<WasmAddress> addresses) throws Exception {
        RecordingSink sink = new RecordingSink();
        ReadPlan plan = driver.plan(addresses, Duration.ofSeconds(1));
        plan.read(sink, Deadline.after(LIMIT));
        return sink;
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "serial"})
    void readsAndWritesEveryKindOfValue(String transport) throws Exception {
        Driver<WasmAddress> driver = driver(endpoint(transport));
        List<WasmAddress> addresses = IntStream.of(12, 1007, 1101, 2000, 2050, 2100, 3000, 4000, 13)
                .mapToObj(n -> address(
                        driver,
                        n
                                + (n < 1000 || n == 2000 || n >= 3000
                                        ? ":f64"
                                        : n == 1007 || n == 2050 ? ":i64" : ":bool")
                                + (n >= 2000 && n < 3000 ? ":rw" : "")))
                .toList();
        WasmAddress wrong = address(driver, "1008:f64");
        assertEquals(ValueKind.I64, addresses.get(1).kind());
        assertEquals(Channel.Access.READ, addresses.get(1).access());
        assertEquals(Channel.Access.READ_WRITE, addresses.get(3).access());
        driver.connect(Deadline.after(LIMIT));
        List<Value> values = List.of(
                new Value.F64(41.5),
                new Value.I64(Long.MIN_VALUE),
                new Value.Bool(true),
                new Value.F64(1000.5),
                new Value.F64(1));
        assertEquals(
                List.of(Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.BAD_OUT_OF_RANGE, Quality.BAD_NOT_WRITABLE),
                driver.write(
                        List.of(
                                addresses.get(3),
                                addresses.get(4),
                                addresses.get(5),
                                addresses.get(3),
                                addresses.get(0)),
                        values,
                        Deadline.after(LIMIT)));
        List<WasmAddress> all = new ArrayList<>(addresses);
        all.add(wrong);
        RecordingSink sink = read(driver, all);
        assertEquals(new Value.F64(1012.5), sink.value(0));
        assertEquals(new Value.I64(-1007), sink.value(1));
        assertEquals(new Value.Bool(true), sink.value(2));
        assertEquals(new Value.F64(41.5), sink.value(3));
        assertEquals(new Value.I64(Long.MIN_VALUE), sink.value(4));
        assertEquals(new Value.Bool(true), sink.value(5));
        assertEquals(new Value.F64(1013.5), sink.value(8));
        assertEquals(
                Map.of(
                        6, Quality.BAD_SENSOR_FAILURE,
                        7, Quality.BAD_NODE_ID_UNKNOWN,
                        9, Quality.BAD_TYPE_MISMATCH),
                sink.missing());
    }

    @Test
    void readsMoreChannelsThanFitIntoARequestOrACall() throws Exception {
        Driver<WasmAddress> driver = driver(endpoint("tcp"));
        List<WasmAddress> addresses = IntStream.range(0, 1000)
                .mapToObj(n -> address(driver, n + ":f64"))
                .toList();
        ReadPlan plan = driver.plan(addresses, Duration.ofSeconds(1));
        // 4 calls of 240 and one of 40, 20 objects in a request.
        assertEquals(50, plan.requestsMax());
        driver.connect(Deadline.after(LIMIT));
        for (int round = 0; round < 3; round++) {
            RecordingSink sink = new RecordingSink();
            plan.read(sink, Deadline.after(LIMIT));
            assertEquals(1000, sink.batch().size());
            for (int i = 0; i < 1000; i++) {
                assertEquals(i + 1, sink.batch().channel(i));
                assertEquals(1000.5 + i, sink.batch().asDouble(i));
            }
        }
        assertEquals(1, module.tracker().lanes().size());
    }

    @Test
    void reachesNothingThatWasNotGranted() throws Exception {
        String endpoint = endpoint("tcp");
        Driver<WasmAddress> driver = driver(endpoint);
        address(driver, "12:f64");
        fixture.endpoints.clear();
        DriverException denied = assertThrows(DriverException.class, () -> driver.connect(Deadline.after(LIMIT)));
        assertTrue(
                denied.getMessage().contains("-3 (not permitted): " + endpoint + " is not granted"),
                denied.getMessage());
        fixture.endpoints.add(NamePattern.of("tcp:127.0.0.1:1"));
        assertThrows(DriverException.class, () -> driver.connect(Deadline.after(LIMIT)));
        fixture.endpoints.add(NamePattern.of(endpoint));
        driver.connect(Deadline.after(LIMIT));
    }

    @Test
    void aGrantThatIsTakenAwayEndsTheStreamAtTheNextCall() throws Exception {
        Driver<WasmAddress> driver = driver(endpoint("tcp"));
        List<WasmAddress> addresses = List.of(address(driver, "12:f64"));
        ReadPlan plan = driver.plan(addresses, Duration.ofSeconds(1));
        driver.connect(Deadline.after(LIMIT));
        plan.read(new RecordingSink(), Deadline.after(LIMIT));
        fixture.endpoints.clear();
        DriverException denied =
                assertThrows(DriverException.class, () -> plan.read(new RecordingSink(), Deadline.after(LIMIT)));
        assertTrue(denied.getMessage().contains("no longer granted"), denied.getMessage());
    }

    @Test
    void aPortThatNobodyListensOnIsADeviceThatCannotBeReached() throws Exception {
        Driver<WasmAddress> driver = driver("tcp:127.0.0.1:1");
        DriverException gone = assertThrows(DriverException.class, () -> driver.connect(Deadline.after(LIMIT)));
        assertTrue(gone.getMessage().contains("cannot open tcp:127.0.0.1:1"), gone.getMessage());
        Driver<WasmAddress> serial = driver("serial:" + directory.resolve("nothing"));
        DriverException missing = assertThrows(DriverException.class, () -> serial.connect(Deadline.after(LIMIT)));
        assertTrue(missing.getMessage().contains("nothing"), missing.getMessage());
        assertFalse(module.isClosed());
    }

    @Test
    void aModuleThatStopsEndsEveryConnectionAlsoOneThatWaits() throws Exception {
        Process line = Meter.line(directory.resolve("ours"), directory.resolve("theirs"));
        closing.add(line::destroy);
        Driver<WasmAddress> driver = driver("serial:" + directory.resolve("ours"));
        Thread stopper = new Thread(() -> {
            io.bascule.testkit.Await.until(
                    "the wait", () -> !module.tracker().lanes().isEmpty());
            module.close();
        });
        stopper.start();
        long begun = System.nanoTime();
        assertThrows(DriverException.class, () -> driver.connect(Deadline.after(Duration.ofMinutes(1))));
        assertTrue(System.nanoTime() - begun < LIMIT.toNanos());
        stopper.join();
        assertEquals(0, module.status().faults());
    }
}
