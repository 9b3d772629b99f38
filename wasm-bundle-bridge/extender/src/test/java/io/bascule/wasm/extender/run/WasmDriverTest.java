/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleState;
import io.bascule.api.security.Capability;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.RecordingSink;
import io.bascule.wasm.capabilities.CapabilityLimits;
import io.bascule.wasm.extender.TestGuest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
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
import org.junit.jupiter.params.provider.CsvSource;

/** Drivers that are wrong, hostile or slow, as the gateway meets them. */
class WasmDriverTest {

    private static final String META =
            "{\"abi\":1,\"name\":\"guest\",\"version\":\"1.0.0\",\"world\":\"driver\",\"maxBatch\":4}";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofMillis(150);

    @TempDir
    Path directory;

    private LaneFixture fixture;
    private ServerSocket silent;

    @BeforeEach
    void start() throws IOException {
        fixture = new LaneFixture(directory);
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        silent.close();
        fixture.close();
    }

    /** A driver: answers are bodies of functions; the endpoint of a device that says nothing is at 512. */
    private final class Guest {
        private String address = "(i32.const 17)";
        private String plan = "(i32.const 1)";
        private String connect = "(i32.const 0)";
        private String poll = "(call $readings (local.get 0) (local.get 1))";
        private String write = "(call $readings (local.get 0) (local.get 1))";

        Guest address(String body) {
            address = body;
            return this;
        }

        Guest plan(String body) {
            plan = body;
            return this;
        }

        Guest connect(String body) {
            connect = body;
            return this;
        }

        Guest poll(String body) {
            poll = body;
            return this;
        }

        Guest write(String body) {
            write = body;
            return this;
        }

        WasmModule module(FaultPolicy policy) throws Exception {
            String endpoint = "tcp:127.0.0.1:" + silent.getLocalPort();
            String io = "bascule:gateway/io@1.0.0";
            return fixture.module(
                    TestGuest.good()
                            .emitting()
                            .importing(io, "open", "(param i32 i32) (result i32)")
                            .importing(io, "send", "(param i32 i32 i32) (result i32)")
                            .importing(io, "receive", "(param i32 i32 i32 i32)")
                            .and("(data (i32.const 512) \"" + endpoint + "\")")
                            .and("(func $dial (result i32) (call $open (i32.const 512) (i32.const " + endpoint.length()
                                    + ")))")
                            .and("(func $wait (param i32) (call $receive (i32.const 1) (i32.const 10) (local.get 0)"
                                    + " (i32.const 600)))")
                            .and("(func (export \"address\") (param i32 i32 i32) (result i32) " + address + ")")
                            .and("(func (export \"plan\") (param i32 i32) (result i32) " + plan + ")")
                            .and("(func (export \"connect\") (param i32) (result i32) " + connect + ")")
                            .and("(func (export \"poll\") (param i32 i32 i32) (result i32) " + poll + ")")
                            .and("(func (export \"write\") (param i32 i32 i32) (result i32) " + write + ")")
                            .wasm(META),
                    policy);
        }

        Driver<WasmAddress> driver() throws Exception {
            return WasmDriverTest.driver(module(FaultPolicy.DEFAULT));
        }
    }

    private static Driver<WasmAddress> driver(WasmModule module) throws ModuleException {
        DeviceSettings settings = new DeviceSettings(Map.of());
        Driver<WasmAddress> driver = module.drivers().create(settings);
        assertEquals(List.of(), settings.problems());
        return driver;
    }

    private static WasmAddress address(Driver<WasmAddress> driver, String text) {
        return driver.address(new ChannelConfig("c", text, Map.of(), ""));
    }

    private static List<WasmAddress> addresses(Driver<WasmAddress> driver, int count) {
        return IntStream.range(0, count).mapToObj(i -> address(driver, "a" + i)).toList();
    }

    private static ReadPlan plan(Driver<WasmAddress> driver, int count) {
        return driver.plan(addresses(driver, count), Duration.ofSeconds(1));
    }

    @Test
    void aDriverThatOnlyWaitsIsNotPunishedAndEndsWithItsTime() throws Exception {
        // Waits for ever, again and again: more than the deadline of computing, which is 2 s, and less than its own.
        WasmModule module = new Guest()
                .connect("(call $dial)")
                .poll("(call $wait (i32.const -1)) (call $wait (i32.const -1)) (i32.const -8)")
                .module(FaultPolicy.DEFAULT);
        Driver<WasmAddress> driver = driver(module);
        ReadPlan plan = plan(driver, 1);
        driver.connect(Deadline.after(LIMIT));
        long begun = System.nanoTime();
        DriverException late = assertThrows(
                DriverException.class, () -> plan.read(new RecordingSink(), Deadline.after(Duration.ofMillis(2500))));
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(took.toMillis() >= 2500 && took.compareTo(LIMIT) < 0, "took " + took);
        assertTrue(late.getMessage().contains("-8 (timeout): tcp:127.0.0.1:"), late.getMessage());
        assertEquals(0, module.status().faults());
        assertTrue(module.status().busyNanos() < Duration.ofSeconds(1).toNanos(), "waiting was counted as work");
    }

    @Test
    void afterItsTimeNothingWaitsAnyMoreAndALoopRunsOutOfFuelOrTime() throws Exception {
        WasmModule module = new Guest()
                .connect("(call $dial)")
                .poll("(loop $again (call $wait (i32.const -1)) (br $again)) (i32.const 0)")
                .module(FaultPolicy.DEFAULT);
        Driver<WasmAddress> driver = driver(module);
        ReadPlan plan = plan(driver, 1);
        driver.connect(Deadline.after(LIMIT));
        DriverException endless =
                assertThrows(DriverException.class, () -> plan.read(new RecordingSink(), Deadline.after(SOON)));
        // Asking for what does not come costs the host more time than the guest fuel: on a busy machine the deadline is
        // first.
        assertTrue(
                endless.getMessage().contains("fuel") || endless.getMessage().contains("DEADLINE"),
                endless.getMessage());
        assertEquals(1, module.status().faults());
    }

    @Test
    void anInterruptEndsAWaitAndIsNoFault() throws Exception {
        WasmModule module = new Guest()
                .connect("(drop (call $dial)) (call $wait (i32.const -1)) (i32.const 0)")
                .module(FaultPolicy.DEFAULT);
        Driver<WasmAddress> driver = driver(module);
        List<Throwable> ends = new ArrayList<>();
        Thread lane = new Thread(() -> {
            try {
                driver.connect(Deadline.after(Duration.ofMinutes(1)));
            } catch (DriverException | InterruptedException e) {
                ends.add(e);
            }
        });
        lane.start();
        Await.until(
                "the wait",
                () -> lane.getState() == Thread.State.RUNNABLE
                        && !module.tracker().lanes().isEmpty());
        lane.interrupt();
        lane.join(LIMIT.toMillis());
        assertEquals(1, ends.size());
        assertTrue(ends.get(0) instanceof InterruptedException, ends.toString());
        assertEquals(0, module.status().faults());
        assertEquals(0, module.tracker().lanes().size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unreachable|unreachable",
                "(loop $l (br $l)) (i32.const 0)|fuel",
                "(call $readings (i32.const 65530) (i32.const 1))|BAD_POINTER",
                "(call $open (i32.const 65530) (i32.const 60))|BAD_POINTER",
                "(call $send (i32.const 1) (i32.const -8) (i32.const 60))|BAD_POINTER",
            })
    void aTrapIsALostConnectionAndAFaultOfTheModule(String body, String words) throws Exception {
        WasmModule module = new Guest().connect("(call $dial)").poll(body).module(FaultPolicy.DEFAULT);
        Driver<WasmAddress> driver = driver(module);
        ReadPlan plan = plan(driver, 1);
        try (Socket device = connect(driver)) {
            DriverException lost =
                    assertThrows(DriverException.class, () -> plan.read(new RecordingSink(), Deadline.after(LIMIT)));
            assertTrue(lost.getMessage().contains(words), lost.getMessage());
            assertEquals(-1, device.getInputStream().read(), "the stream was left open");
        }
        assertEquals(1, module.status().faults());
        assertTrue(module.status().lastFault().contains(words), module.status().lastFault());
        assertEquals(ModuleState.READY, module.status().state());
        assertThrows(DriverException.class, () -> plan.read(new RecordingSink(), Deadline.after(LIMIT)));
        driver.connect(Deadline.after(LIMIT));
        assertEquals(1, module.status().restarts());
    }

    @Test
    void itHasAsManyStreamsAsAreAllowedAndAllEndWithTheConnection() throws Exception {
        // Dials until it is refused, never hangs up, and answers with the refusal.
        Driver<WasmAddress> greedy = new Guest()
                .connect("(local $last i32) (loop $more (local.set $last (call $dial))"
                        + " (br_if $more (i32.ge_s (local.get $last) (i32.const 0)))) (local.get $last)")
                .driver();
        for (int round = 0; round < 3; round++) {
            DriverException busy = assertThrows(DriverException.class, () -> greedy.connect(Deadline.after(LIMIT)));
            assertTrue(busy.getMessage().contains("-7 (busy): 4 streams are open"), busy.getMessage());
            List<Socket> all = new ArrayList<>();
            for (int i = 0; i < CapabilityLimits.DEFAULT.ioStreamsMax(); i++) {
                all.add(silent.accept());
            }
            greedy.disconnect();
            for (Socket one : all) {
                assertEquals(-1, one.getInputStream().read(), "a stream was left open");
                one.close();
            }
        }
        silent.setSoTimeout(200);
        assertThrows(SocketTimeoutException.class, silent::accept, "there were more");
    }

    @Test
    void itNeverGetsMoreAtOnceThanAllowedHoweverMuchComes() throws Exception {
        int max = CapabilityLimits.DEFAULT.ioBytesMax();
        // Asks for all there is, and traps when that is more than is allowed. Its memory ends behind the answer.
        Driver<WasmAddress> thirsty = new Guest()
                .connect("(drop (memory.grow (i32.const 1))) (call $dial)")
                .poll("(call $receive (i32.const 1) (i32.const -1) (i32.const -1) (i32.const 600))"
                        + " (if (i32.gt_u (i32.load (i32.const 604)) (i32.const " + max + ")) (then unreachable))"
                        + " (i32.const 0)")
                .driver();
        ReadPlan plan = plan(thirsty, 1);
        try (Socket device = connect(thirsty)) {
            byte[] flood = new byte[1 << 20];
            Thread flooding = new Thread(() -> {
                try {
                    device.getOutputStream().write(flood);
                } catch (IOException e) {
                    // The driver has gone before all of it was read.
                    return;
                }
            });
            flooding.start();
            for (int i = 0; i < 8; i++) {
                plan.read(new RecordingSink(), Deadline.after(LIMIT));
            }
            thirsty.disconnect();
            flooding.join(LIMIT.toMillis());
            assertFalse(flooding.isAlive());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // More at once than is allowed; the stream is still there.
                "(call $send (i32.const 1) (i32.const 0) (i32.const 65537))|-9 (too large): 65537 bytes to send at once",
                // A stream of another instance, or of nobody.
                "(call $send (i32.const 2) (i32.const 0) (i32.const 1))|-2 (bad argument",
                "(call $send (i32.const -1) (i32.const 0) (i32.const 1))|-2 (bad argument",
                // For ever to a peer that reads nothing: ends with the time of the call.
                "(local $c i32) (loop $more (local.set $c (call $send (i32.const 1) (i32.const 0) (i32.const 60000)))"
                        + " (br_if $more (i32.ge_s (local.get $c) (i32.const 0)))) (local.get $c)|-8 (timeout)",
                // As many handles as it likes are of no use once they are closed.
                "(call $open (i32.const 512) (i32.const 2000000000))|-2 (bad argument",
            })
    void whatItSendsIsBounded(String body, String words) throws Exception {
        WasmModule module = new Guest().connect("(call $dial)").poll(body).module(FaultPolicy.DEFAULT);
        Driver<WasmAddress> driver = driver(module);
        ReadPlan plan = plan(driver, 1);
        Driver<WasmAddress> other = driver(module);
        try (Socket device = connect(driver);
                Socket others = connect(other)) {
            DriverException refused = assertThrows(
                    DriverException.class,
                    () -> plan.read(new RecordingSink(), Deadline.after(Duration.ofMillis(500))));
            assertTrue(refused.getMessage().contains(words), refused.getMessage());
            assertEquals(0, module.status().faults());
            assertTrue(device.isConnected() && others.isConnected());
        }
    }

    private Socket connect(Driver<WasmAddress> driver) throws Exception {
        driver.connect(Deadline.after(LIMIT));
        return silent.accept();
    }

    @Test
    void theRuntimeBacksOffFromADriverThatTrapsAndTooManyTrapsStopTheModule() throws Exception {
        FaultPolicy three =
                new FaultPolicy(Duration.ofMillis(1), Duration.ofMillis(4), 3, Duration.ofMinutes(1), Duration.ZERO);
        WasmModule module = new Guest().poll("unreachable").module(three);
        LaneDriverRuntime lanes = new LaneDriverRuntime(fixture.channels);
        try (RunningDevice device = lanes.start(
                "pid",
                "guest",
                Map.of("device", "d", "channels", "a=x", "retryMinMillis", 10, "retryMaxMillis", 20),
                module.drivers())) {
            Await.until("back-off", () -> device.figures().state() == ConnectionState.BACKING_OFF);
            assertTrue(
                    device.figures().reason().contains("unreachable"),
                    device.figures().reason());
            Await.until("the end of the module", () -> module.status().state() == ModuleState.FAULTED);
            assertTrue(
                    module.status().reason().contains("3 faults"),
                    module.status().reason());
        } finally {
            lanes.close();
        }
    }

    @Test
    void whatItEmitsCountsWhenTheCallSucceedsAndOnlyWhatWasAskedFor() throws Exception {
        Driver<WasmAddress> failing = new Guest()
                .poll("(drop (call $readings (local.get 0) (local.get 1))) (i32.const -6)")
                .driver();
        ReadPlan plan = plan(failing, 2);
        failing.connect(Deadline.after(LIMIT));
        RecordingSink sink = new RecordingSink();
        DriverException lost = assertThrows(DriverException.class, () -> plan.read(sink, Deadline.after(LIMIT)));
        assertTrue(lost.getMessage().contains("-6 (corrupt data)"), lost.getMessage());
        assertEquals(Map.of(), sink.missing());

        // Emits a reading of the number after the last: the host did not assign it.
        Driver<WasmAddress> inventing = new Guest()
                .poll("(i32.store (local.get 0) (i32.const 9)) (call $readings (local.get 0) (local.get 1))")
                .driver();
        ReadPlan other = plan(inventing, 1);
        inventing.connect(Deadline.after(LIMIT));
        DriverException refused =
                assertThrows(DriverException.class, () -> other.read(new RecordingSink(), Deadline.after(LIMIT)));
        assertTrue(refused.getMessage().contains("-2"), refused.getMessage());
    }

    @Test
    void aWriteThatIsNotAnsweredIsRefusedAndAnswersGoToTheirValues() throws Exception {
        // Answers the first value only, with quality good.
        Driver<WasmAddress> driver = new Guest()
                .address("(i32.const 49)")
                .write("(call $readings (local.get 0) (i32.const 1))")
                .driver();
        List<WasmAddress> addresses = addresses(driver, 6);
        driver.connect(Deadline.after(LIMIT));
        List<Value> values =
                IntStream.range(0, 6).<Value>mapToObj(Value.F64::new).toList();
        assertEquals(
                List.of(Quality.GOOD, Quality.BAD, Quality.BAD, Quality.BAD, Quality.GOOD, Quality.BAD),
                driver.write(addresses, values, Deadline.after(LIMIT)));
    }

    @ParameterizedTest
    @CsvSource({
        "(i32.const -2), -2 (bad argument",
        "(i32.const 0), expected 1 (f64)",
        "(i32.const 1), expected 1 (f64)",
        "(i32.const 20), expected 1 (f64)",
        "(i32.const 81), expected 1 (f64)",
        "unreachable, failed in address",
        "(call $dial), -5 (unsupported",
    })
    void anAddressThatIsNoneSaysWhatIsWrong(String body, String words) throws Exception {
        Driver<WasmAddress> driver = new Guest().address(body).driver();
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> address(driver, "somewhere"));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> address(driver, "x".repeat(1025)));
    }

    @Test
    void aFullDriverIsMadeAnewWithWhatIsInUse() throws Exception {
        // Takes three addresses.
        Driver<WasmAddress> driver = new Guest()
                .address("(select (i32.const -9) (i32.const 17) (i32.gt_u (local.get 0) (i32.const 3)))")
                .poll("(i32.store8 offset=5 (local.get 0) (i32.const 0)) (call $readings (local.get 0) (local.get 1))")
                .driver();
        addresses(driver, 10);
        ReadPlan three = plan(driver, 3);
        driver.connect(Deadline.after(LIMIT));
        RecordingSink sink = new RecordingSink();
        three.read(sink, Deadline.after(LIMIT));
        assertEquals(1, sink.batch().size());
        // Others, as after a change of the channel list: the connection is full, and the next one is not.
        ReadPlan others = driver.plan(List.of(address(driver, "b"), address(driver, "c")), Duration.ofSeconds(1));
        assertThrows(DriverException.class, () -> others.read(sink, Deadline.after(LIMIT)));
        driver.connect(Deadline.after(LIMIT));
        others.read(sink, Deadline.after(LIMIT));
        assertEquals(2, sink.batch().size());
        IllegalArgumentException tooMany = assertThrows(IllegalArgumentException.class, () -> plan(driver, 4));
        assertTrue(tooMany.getMessage().contains("-9"), tooMany.getMessage());
    }

    @Test
    void aPlanSaysHowManyRequestsItsCallsMakeAndAWrongNumberIsRefused() throws Exception {
        assertEquals(6, plan(new Guest().plan("(i32.const 2)").driver(), 10).requestsMax());
        Driver<WasmAddress> none = new Guest().plan("(i32.const 0)").driver();
        assertThrows(IllegalArgumentException.class, () -> plan(none, 1));
        Driver<WasmAddress> endless = new Guest().plan("(i32.const 10001)").driver();
        assertThrows(IllegalArgumentException.class, () -> plan(endless, 1));
    }

    @Test
    void aDriverHasNoChannelsButItsOwn() throws Exception {
        fixture.granted.remove(Capability.EMIT);
        Driver<WasmAddress> driver = new Guest().driver();
        ReadPlan plan = plan(driver, 1);
        driver.connect(Deadline.after(LIMIT));
        DriverException denied =
                assertThrows(DriverException.class, () -> plan.read(new RecordingSink(), Deadline.after(LIMIT)));
        assertTrue(denied.getMessage().contains("-3 (not permitted"), denied.getMessage());
        assertFalse(fixture.batches.iterator().hasNext());
    }
}
