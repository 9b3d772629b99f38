/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import static io.bascule.wasm.engine.ValueType.I32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.wasm.engine.WasmException.Refused;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Modules made to exhaust the gateway: refused, or contained while a neighbour keeps running. */
@Timeout(120)
class HostileModuleTest {

    private static WasmEngine engine;

    @BeforeAll
    static void start() {
        engine = WasmEngine.start(EngineConfig.DEFAULT);
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    /** Writes a module of {@code functions} functions with the same body, by hand: text would be too slow. */
    private static byte[] module(int functions, byte[] locals, byte[] body) {
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        one.writeBytes(locals);
        one.writeBytes(body);
        one.write(0x0B);
        ByteArrayOutputStream types = new ByteArrayOutputStream();
        u32(code, functions);
        u32(types, functions);
        for (int i = 0; i < functions; i++) {
            types.write(0);
            u32(code, one.size());
            code.writeBytes(one.toByteArray());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0});
        section(out, 3, types);
        section(out, 10, code);
        return out.toByteArray();
    }

    private static void section(ByteArrayOutputStream out, int id, ByteArrayOutputStream content) {
        out.write(id);
        u32(out, content.size());
        out.writeBytes(content.toByteArray());
    }

    private static void u32(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest >= 0x80) {
            out.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static byte[] i32Locals(int count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        u32(out, count);
        out.write(0x7F);
        return out.toByteArray();
    }

    private static byte[] times(int count, int... bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            for (int value : bytes) {
                out.write(value);
            }
        }
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] counted(int section, long count, int... entry) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        u32(content, count);
        content.writeBytes(times((int) Math.min(count, 200_000), entry));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        section(out, section, content);
        return out.toByteArray();
    }

    static Stream<Arguments> bombs() {
        byte[] none = {0};
        byte[] ifs = times(2000, 0x41, 0, 0x04, 0x40, 0x0B);
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        table.writeBytes(new byte[] {0x41, 0, 0x0E});
        u32(table, 100_000);
        table.writeBytes(times(100_001, 0));
        return Stream.of(
                Arguments.of(Limit.LOCALS, module(30, i32Locals(5000), ifs)),
                Arguments.of(Limit.LOCALS, module(1, i32Locals(49_000), times(2500, 0x02, 0x40, 0x0B))),
                Arguments.of(Limit.BLOCKS_TIMES_LOCALS, module(1, i32Locals(1000), ifs)),
                Arguments.of(Limit.MODULE_BLOCKS_TIMES_LOCALS, module(30, i32Locals(400), ifs)),
                // Operands count like locals: many constants under many blocks.
                Arguments.of(
                        Limit.BLOCKS_TIMES_LOCALS,
                        module(
                                1,
                                none,
                                join(times(15_000, 0x41, 0), times(5000, 0x02, 0x40, 0x0B), times(15_000, 0x1A)))),
                Arguments.of(Limit.BODY_BYTES, module(1, none, table.toByteArray())),
                Arguments.of(Limit.BODY_BYTES, module(1, none, times(1_000_000, 0x01))),
                Arguments.of(
                        Limit.BRANCH_TABLE_ENTRIES,
                        module(1, none, join(new byte[] {0x41, 0, 0x0E, (byte) 0xA0, 0x1F}, times(4001, 0)))),
                Arguments.of(Limit.FUNCTIONS, module(100_000, none, none.clone())),
                Arguments.of(Limit.NESTING, module(1, none, times(20_000, 0x02, 0x40))),
                Arguments.of(Limit.TYPES, counted(1, 3000, 0x60, 0, 0)),
                Arguments.of(Limit.TABLE_ENTRIES, counted(4, 1, 0x70, 0, 0x80, 0xAD, 0xE2, 0x04)),
                Arguments.of(Limit.TABLES, counted(4, 100_000, 0x70, 0, 1)),
                Arguments.of(Limit.MEMORIES, counted(5, 100_000, 0, 1)),
                Arguments.of(Limit.MEMORY_PAGES, counted(5, 1, 0, 0x80, 0x80, 0x04)),
                Arguments.of(Limit.GLOBALS, counted(6, 200_000, 0x7F, 0, 0x41, 0, 0x0B)),
                Arguments.of(Limit.SECTIONS, join(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}, times(100_000, 0, 1, 0))));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void bombsAreRefusedBeforeTheyAreParsed(Limit limit, byte[] wasm) {
        long start = System.nanoTime();
        Refused refused = assertThrows(Refused.class, () -> engine.compile(wasm));
        assertEquals(limit, refused.limit(), refused.getMessage());
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 5);
    }

    @Test
    void countsThatLieAboutWhatFollowsAreRefusedWithoutAllocating() {
        for (int section : new int[] {1, 2, 3, 4, 5, 6, 7, 9, 10, 11}) {
            byte[] wasm = {0, 'a', 's', 'm', 1, 0, 0, 0, (byte) section, 6, -1, -1, -1, -1, 15, 0};
            assertThrows(Refused.class, () -> engine.compile(wasm));
        }
    }

    @Test
    void aModuleAtTheEdgeOfTheLimitsCompilesOrIsTurnedAwayInTime() throws WasmException {
        byte[] wasm = module(9, i32Locals(900), times(1000, 0x41, 0, 0x04, 0x40, 0x0B));
        try {
            engine.compile(wasm).close();
        } catch (WasmException.CompileFailed e) {
            assertTrue(e.getMessage().contains("cannot be compiled"), e.getMessage());
        }
        assertEquals(0, engine.stats().compilesStuck());
    }

    @Test
    void aFunctionTooLargeForTheJvmIsNotInterpreted() {
        byte[] wasm = module(1, i32Locals(900), times(12_000, 0x23, 0x00, 0x24, 0x00));
        byte[] large = module(1, i32Locals(900), times(10_000, 0x20, 0xAC, 0x02, 0x21, 0xAD, 0x02));
        assertThrows(Refused.class, () -> engine.compile(wasm), "no such global");
        WasmException.CompileFailed failed =
                assertThrows(WasmException.CompileFailed.class, () -> engine.compile(large));
        assertTrue(!failed.isRetryable(), failed.getMessage());
    }

    @Test
    void memoryGrowsToItsCapAndWithinTheBudgetOnly() throws WasmException {
        String wat = """
                (module (memory (export "memory") 1)
                  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
                """;
        FunctionType type = FunctionType.of(I32).returning(I32);
        try (WasmEngine small = WasmEngine.start(
                        EngineConfig.builder().pageBudget(10).warmUp(false).build());
                CompiledModule module =
                        small.compile(Wat.wasm(wat), ModuleLimits.DEFAULT.with(Limit.MEMORY_PAGES, 8))) {
            WasmInstance first = module.instantiate(HostFunctions.NONE);
            GuestFunction grow = first.function("grow", type).orElseThrow();
            assertEquals(1, grow.call(7), "up to the cap");
            assertEquals(-1, grow.call(1));
            assertEquals(-1, grow.call(-1));
            assertEquals(8, grow.call(0));
            WasmInstance second = module.instantiate(HostFunctions.NONE);
            GuestFunction growSecond = second.function("grow", type).orElseThrow();
            assertEquals(1, growSecond.call(1));
            assertEquals(-1, growSecond.call(1), "the gateway's budget is spent");
            assertEquals(10, small.stats().pagesUsed());
            Trap trap = assertThrows(Trap.class, () -> module.instantiate(HostFunctions.NONE));
            assertEquals(TrapKind.MEMORY_BUDGET, trap.kind());
            first.close();
            assertEquals(2, small.stats().pagesUsed());
            module.instantiate(HostFunctions.NONE).close();
            second.close();
            assertEquals(0, small.stats().pagesUsed());
        }
    }

    @Test
    void aGuestThatTrapsDoesNotDisturbItsNeighbour() throws WasmException {
        String wat = """
                (module (memory 1)
                  (func (export "good") (result i32) (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
                    (i32.load (i32.const 0)))
                  (func (export "bad") (loop (br 0))))
                """;
        try (CompiledModule module = engine.compile(Wat.wasm(wat));
                WasmInstance neighbour = module.instantiate(HostFunctions.NONE)) {
            GuestFunction good =
                    neighbour.function("good", FunctionType.of().returning(I32)).orElseThrow();
            for (int i = 1; i <= 20; i++) {
                WasmInstance hostile =
                        module.instantiate(HostFunctions.NONE, new CallLimits(10_000, Duration.ofSeconds(5)));
                GuestFunction bad = hostile.function("bad", FunctionType.of()).orElseThrow();
                assertThrows(Trap.class, bad::call);
                assertEquals(i, good.call());
            }
        }
    }

    @Test
    void tablesOfOneInstanceDoNotChangeThoseOfTheNext() throws WasmException {
        String wat = """
                (module (table 1 100 funcref)
                  (func (export "grow") (result i32) (table.grow 0 (ref.null func) (i32.const 10)))
                  (func (export "size") (result i32) (table.size 0)))
                """;
        FunctionType type = FunctionType.of().returning(I32);
        try (CompiledModule module =
                engine.compile(Wat.wasm(wat), ModuleLimits.DEFAULT.with(Limit.TABLE_ENTRIES, 15))) {
            for (int i = 0; i < 3; i++) {
                try (WasmInstance guest = module.instantiate(HostFunctions.NONE)) {
                    GuestFunction grow = guest.function("grow", type).orElseThrow();
                    assertEquals(1, grow.call());
                    assertEquals(-1, grow.call(), "the limit of the gateway is below the module's own");
                    assertEquals(11, guest.function("size", type).orElseThrow().call());
                }
            }
        }
    }

    @Test
    void droppedDataSegmentsOfOneInstanceAreThereInTheNext() throws WasmException {
        String wat = """
                (module (memory (export "memory") 1) (data $d "abc")
                  (func (export "use") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3)) (data.drop $d)))
                """;
        try (CompiledModule module = engine.compile(Wat.wasm(wat))) {
            for (int i = 0; i < 2; i++) {
                WasmInstance guest = module.instantiate(HostFunctions.NONE);
                GuestFunction use = guest.function("use", FunctionType.of()).orElseThrow();
                use.call();
                assertEquals("abc", guest.memory().readUtf8(0, 3));
                assertEquals(
                        TrapKind.OUT_OF_BOUNDS,
                        assertThrows(Trap.class, use::call).kind());
            }
        }
    }

    @Test
    void aCompilationOutOfTimeIsQuarantinedAndTheQueueGoesOn() throws Exception {
        EngineConfig config = EngineConfig.builder()
                .compileTimeout(Duration.ofMillis(5))
                .warmUp(false)
                .build();
        byte[] slow = module(400, i32Locals(30), times(300, 0x41, 0, 0x04, 0x40, 0x0B));
        try (WasmEngine hurried = WasmEngine.start(config)) {
            WasmException.CompileFailed late =
                    assertThrows(WasmException.CompileFailed.class, () -> hurried.compile(slow));
            assertTrue(late.getMessage().contains("did not compile within"), late.getMessage());
            WasmException.CompileFailed again =
                    assertThrows(WasmException.CompileFailed.class, () -> hurried.compile(slow));
            assertTrue(again.getMessage().contains("quarantined"), again.getMessage());
            Conditions.await(Duration.ofSeconds(60), () -> hurried.stats().compilesStuck() == 0);
        }
    }
}
