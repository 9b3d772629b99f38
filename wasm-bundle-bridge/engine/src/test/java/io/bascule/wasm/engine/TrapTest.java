/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import static io.bascule.wasm.engine.ValueType.I32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stops a guest, and that nothing else does. */
@Timeout(60)
class TrapTest {

    private static final CallLimits LITTLE_FUEL = new CallLimits(1_000_000, Duration.ofSeconds(30));
    private static final CallLimits SHORT = new CallLimits(Long.MAX_VALUE, Duration.ofMillis(60));

    private static WasmEngine engine;

    @BeforeAll
    static void start() {
        engine = WasmEngine.start(EngineConfig.builder()
                .moduleLimits(ModuleLimits.DEFAULT.with(Feature.EXCEPTIONS, true))
                .build());
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    private static Trap trapOf(String body, CallLimits limits, HostFunctions host) throws WasmException {
        try (CompiledModule module = engine.compile(Wat.wasm(body));
                WasmInstance guest = module.instantiate(host, limits)) {
            GuestFunction f = guest.function("f", FunctionType.of()).orElseThrow();
            long pages = engine.stats().pagesUsed();
            Trap trap = assertThrows(Trap.class, f::call);
            assertTrue(guest.isClosed(), "an instance that trapped is discarded");
            assertThrows(WasmException.Closed.class, f::call);
            assertTrue(engine.stats().pagesUsed() <= pages);
            assertFalse(Thread.currentThread().isInterrupted(), "no interrupt is left behind");
            return trap;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unreachable                                                                   | UNREACHABLE
            (drop (i32.load (i32.const 65533)))                                           | OUT_OF_BOUNDS
            (drop (i32.load (i32.const -4)))                                              | OUT_OF_BOUNDS
            (drop (i64.load offset=2147483647 (i32.const 2147483647)))                    | OUT_OF_BOUNDS
            (i64.store (i32.const 65529) (i64.const 0))                                   | OUT_OF_BOUNDS
            (memory.fill (i32.const 1) (i32.const 0) (i32.const -1))                      | OUT_OF_BOUNDS
            (memory.fill (i32.const 65536) (i32.const 0) (i32.const 1))                   | OUT_OF_BOUNDS
            (memory.copy (i32.const 0) (i32.const 65530) (i32.const 7))                   | OUT_OF_BOUNDS
            (memory.copy (i32.const -8) (i32.const 0) (i32.const 16))                     | OUT_OF_BOUNDS
            (drop (table.get 0 (i32.const 3)))                                            | OUT_OF_BOUNDS
            (drop (i32.div_s (i32.const 1) (i32.const 0)))                                | DIVISION
            (drop (i64.rem_u (i64.const 1) (i64.const 0)))                                | DIVISION
            (drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))                      | DIVISION
            (drop (i32.trunc_f64_s (f64.const nan)))                                      | CONVERSION
            (drop (i32.trunc_f64_s (f64.const 1e30)))                                     | CONVERSION
            (call_indirect (i32.const 0))                                                 | INDIRECT_CALL
            (call_indirect (param i32) (i32.const 1) (i32.const 1))                       | INDIRECT_CALL
            (call_indirect (i32.const 7))                                                 | INDIRECT_CALL
            (call $deep)                                                                  | STACK
            (loop (br 0))                                                                 | FUEL
            (loop (br_if 0 (i32.const 1)))                                                | FUEL
            (loop (br_table 0 0 0 (i32.const 1)))                                         | FUEL
            (loop (call $leaf) (br 0))                                                    | FUEL
            (loop (call_indirect (i32.const 1)) (br 0))                                   | FUEL
            (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br 0))     | FUEL
            (loop (memory.copy (i32.const 0) (i32.const 1) (i32.const 60000)) (br 0))     | FUEL
            (loop (drop (table.grow 0 (ref.null func) (i32.const 1))) (br 0))             | FUEL
            (loop (table.fill 0 (i32.const 0) (ref.null func) (i32.const 2)) (br 0))      | FUEL
            (loop (drop (memory.grow (i32.const 1))) (br 0))                              | FUEL
            """)
    void eachKindOfFailureHasItsName(String instruction, TrapKind expected) throws WasmException {
        Trap trap = trapOf(
                """
                (module
                  (memory 1) (table 2 1000 funcref) (elem (i32.const 1) $leaf)
                  (func $leaf)
                  (func $deep (param i32) (result i32) (i32.add (i32.const 1) (call $deep (local.get 0))))
                  (func (export "f") %s))
                """.formatted(expected == TrapKind.STACK ? "(drop (call $deep (i32.const 1)))" : instruction),
                expected == TrapKind.STACK ? new CallLimits(Long.MAX_VALUE, Duration.ofMinutes(1)) : LITTLE_FUEL,
                HostFunctions.NONE);
        assertEquals(expected, trap.kind(), trap.getMessage());
    }

    @Test
    void anExceptionThatTheGuestDoesNotCatchIsATrapOfItsOwn() throws WasmException {
        // (module (type (func)) (tag (type 0)) (func (export "f") (throw 0))), which the text parser does not know.
        byte[] wasm = {
            0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 13, 3, 1, 0, 0, 7, 5, 1, 1, 'f', 0, 0, 10, 6,
            1, 4, 0, 8, 0, 0x0B
        };
        try (CompiledModule module = engine.compile(wasm);
                WasmInstance guest = module.instantiate(HostFunctions.NONE)) {
            GuestFunction f = guest.function("f", FunctionType.of()).orElseThrow();
            assertEquals(
                    TrapKind.UNCAUGHT_EXCEPTION,
                    assertThrows(Trap.class, f::call).kind());
        }
    }

    @Test
    void theDeadlineStopsWhatFuelDoesNot() throws WasmException {
        Trap trap = trapOf("(module (func (export \"f\") (loop (br 0))))", SHORT, HostFunctions.NONE);
        assertEquals(TrapKind.DEADLINE, trap.kind(), trap.getMessage());
    }

    @Test
    void theDeadlineStopsLoopsOfLongInstructions() throws WasmException {
        Trap trap = trapOf("""
                (module (memory 200) (func (export "f")
                  (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 13107200)) (br 0))))
                """, SHORT, HostFunctions.NONE);
        assertEquals(TrapKind.DEADLINE, trap.kind(), trap.getMessage());
    }

    @Test
    void theDeadlineReachesHostFunctionsThroughTheInterrupt() throws WasmException {
        CountDownLatch never = new CountDownLatch(1);
        HostFunctions host = HostFunctions.builder()
                .add("h", "block", FunctionType.of(), (guest, args) -> {
                    never.await();
                    return 0;
                })
                .build();
        Trap trap = trapOf("(module (import \"h\" \"block\" (func $b)) (func (export \"f\") (call $b)))", SHORT, host);
        assertEquals(TrapKind.DEADLINE, trap.kind(), trap.getMessage());
        assertInstanceOf(Trap.class, trap.getCause());
    }

    @Test
    void aHostFunctionThatSwallowsTheInterruptDoesNotSaveTheGuest() throws WasmException {
        CountDownLatch never = new CountDownLatch(1);
        HostFunctions host = HostFunctions.builder()
                .add("h", "block", FunctionType.of(), (guest, args) -> {
                    try {
                        return never.await(20, TimeUnit.SECONDS) ? 1 : 2;
                    } catch (InterruptedException e) {
                        return 3;
                    }
                })
                .build();
        Trap trap = trapOf(
                "(module (import \"h\" \"block\" (func $b)) (func (export \"f\") (loop (call $b) (br 0))))",
                SHORT,
                host);
        assertEquals(TrapKind.DEADLINE, trap.kind(), trap.getMessage());
    }

    private static HostFunctions waiting(CountDownLatch never, int millis) {
        return HostFunctions.builder()
                .add(
                        "h",
                        "wait",
                        FunctionType.of(),
                        (guest, args) -> guest.await(() -> never.await(millis, TimeUnit.MILLISECONDS) ? 1L : 0L))
                .build();
    }

    @Test
    void waitingForADeviceIsNotPunishedHoweverLongItTakes() throws WasmException {
        String wat = "(module (import \"h\" \"wait\" (func $w)) (func (export \"f\") (call $w) (call $w)))";
        try (CompiledModule module = engine.compile(Wat.wasm(wat));
                WasmInstance guest = module.instantiate(waiting(new CountDownLatch(1), 300), SHORT)) {
            guest.function("f", FunctionType.of()).orElseThrow().call();
            assertTrue(guest.fuelUsedByLastCall() < 10, guest.fuelUsedByLastCall() + " units for two waits");
            assertFalse(guest.isClosed());
        }
    }

    @Test
    void computingBetweenWaitsIsUnderTheDeadlineAllTheSame() throws WasmException {
        String wat = "(module (import \"h\" \"wait\" (func $w)) (func (export \"f\") (call $w) (loop (br 0))))";
        Trap trap = trapOf(wat, SHORT, waiting(new CountDownLatch(1), 300));
        assertEquals(TrapKind.DEADLINE, trap.kind(), trap.getMessage());
    }

    @Test
    void aGuestThatOnlyWaitsALittleEachTimeRunsOutOfFuel() throws WasmException {
        String wat = "(module (import \"h\" \"wait\" (func $w)) (func (export \"f\") (loop (call $w) (br 0))))";
        Trap trap = trapOf(wat, new CallLimits(10_000, Duration.ofSeconds(30)), waiting(new CountDownLatch(0), 1));
        assertEquals(TrapKind.FUEL, trap.kind(), trap.getMessage());
    }

    @Test
    void anInterruptOfSomebodyElseStopsTheGuestAndStaysVisible() throws Exception {
        try (CompiledModule module = engine.compile(Wat.wasm("(module (func (export \"f\") (loop (br 0))))"));
                WasmInstance guest =
                        module.instantiate(HostFunctions.NONE, new CallLimits(Long.MAX_VALUE, Duration.ofMinutes(1)))) {
            GuestFunction f = guest.function("f", FunctionType.of()).orElseThrow();
            Thread.currentThread().interrupt();
            Trap trap = assertThrows(Trap.class, f::call);
            assertTrue(Thread.interrupted());
            assertEquals(TrapKind.INTERRUPTED, trap.kind());
        }
    }

    @Test
    void theStartSectionIsUnderTheSameBudget() throws WasmException {
        byte[] wasm = Wat.wasm("(module (func $s (loop (br 0))) (start $s))");
        try (CompiledModule module = engine.compile(wasm)) {
            Trap fuel = assertThrows(Trap.class, () -> module.instantiate(HostFunctions.NONE, LITTLE_FUEL));
            assertEquals(TrapKind.FUEL, fuel.kind());
            Trap deadline = assertThrows(Trap.class, () -> module.instantiate(HostFunctions.NONE, SHORT));
            assertEquals(TrapKind.DEADLINE, deadline.kind());
        }
    }

    @Test
    void segmentsThatDoNotFitAreATrapOfInstantiation() throws WasmException {
        for (String wat : new String[] {
            "(module (memory 1) (data (i32.const 65535) \"ab\"))",
            "(module (memory 1) (data (i32.const -1) \"ab\"))",
            "(module (table 1 funcref) (func $f) (elem (i32.const 1) $f))",
            "(module (table 1 funcref) (func $f) (elem (i32.const -1) $f))"
        }) {
            try (CompiledModule module = engine.compile(Wat.wasm(wat))) {
                Trap trap = assertThrows(Trap.class, () -> module.instantiate(HostFunctions.NONE), wat);
                assertEquals(TrapKind.OUT_OF_BOUNDS, trap.kind(), trap.getMessage());
            }
        }
        assertEquals(0, engine.stats().pagesUsed());
    }

    @Test
    void whatAHostFunctionThrowsIsTheCauseAndATrapStaysItself() throws WasmException {
        String wat = "(module (import \"h\" \"x\" (func $x)) (memory 1) (func (export \"f\") (call $x)))";
        IOException cause = new IOException("broker gone");
        Trap failed = trapOf(
                wat,
                LITTLE_FUEL,
                HostFunctions.builder()
                        .add("h", "x", FunctionType.of(), (guest, args) -> {
                            throw cause;
                        })
                        .build());
        assertEquals(TrapKind.HOST, failed.kind());
        assertEquals(cause, failed.getCause());
        Trap pointer = trapOf(
                wat,
                LITTLE_FUEL,
                HostFunctions.builder()
                        .add("h", "x", FunctionType.of(), (guest, args) -> guest.memory()
                                .readI32(65_533))
                        .build());
        assertEquals(TrapKind.BAD_POINTER, pointer.kind());
    }

    @Test
    void aTrapInACallBackCannotBeHiddenByTheHostFunction() throws WasmException {
        Trap trap = trapOf(
                """
                (module (import "h" "x" (func $x)) (func (export "boom") unreachable)
                  (func (export "f") (call $x)))
                """,
                LITTLE_FUEL,
                HostFunctions.builder()
                        .add("h", "x", FunctionType.of(), (guest, args) -> {
                            GuestFunction boom =
                                    guest.function("boom", FunctionType.of()).orElseThrow();
                            assertThrows(Trap.class, boom::call);
                            return 0;
                        })
                        .build());
        assertEquals(TrapKind.HOST, trap.kind());
    }

    @Test
    void fuelRunsOutAtTheSameInstructionEachTime() throws WasmException {
        byte[] wasm = Wat.wasm("""
                (module (import "h" "count" (func $count (param i32)))
                  (global $n (mut i32) (i32.const 0))
                  (func (export "f") (loop
                    (global.set $n (i32.add (global.get $n) (i32.const 1)))
                    (call $count (global.get $n)) (br 0))))
                """);
        long[] reached = new long[2];
        try (CompiledModule module = engine.compile(wasm)) {
            for (int round = 0; round < 2; round++) {
                int slot = round;
                HostFunctions host = HostFunctions.builder()
                        .add("h", "count", FunctionType.of(I32), (guest, args) -> reached[slot] = args[0])
                        .build();
                WasmInstance guest = module.instantiate(host, new CallLimits(200_000, Duration.ofSeconds(20)));
                GuestFunction f = guest.function("f", FunctionType.of()).orElseThrow();
                assertEquals(TrapKind.FUEL, assertThrows(Trap.class, f::call).kind());
                assertEquals(200_000, guest.fuelUsedByLastCall());
            }
        }
        assertEquals(reached[0], reached[1]);
        assertTrue(reached[0] >= 99_000 && reached[0] <= 100_000, reached[0] + " rounds of two units each");
    }
}
