/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import static io.bascule.wasm.engine.ValueType.F32;
import static io.bascule.wasm.engine.ValueType.F64;
import static io.bascule.wasm.engine.ValueType.I32;
import static io.bascule.wasm.engine.ValueType.I64;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls in both directions, and what crosses with them. */
class CallTest {

    private static WasmEngine engine;

    @BeforeAll
    static void start() {
        engine = WasmEngine.start(EngineConfig.DEFAULT);
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    private static WasmInstance instance(String wat) throws WasmException {
        return engine.compile(Wat.wasm(wat)).instantiate(HostFunctions.NONE);
    }

    private static GuestFunction function(WasmInstance instance, String name, FunctionType type) throws WasmException {
        return instance.function(name, type).orElseThrow();
    }

    @Test
    void passesArgumentsAndResultsOfEveryNumberType() throws WasmException {
        try (WasmInstance guest = instance("""
                (module
                  (func (export "none"))
                  (func (export "i32") (param i32) (result i32) local.get 0)
                  (func (export "i64") (param i32 i64) (result i64) local.get 1)
                  (func (export "f32") (param f32 f32 i32) (result f32) local.get 0 local.get 1 f32.sub)
                  (func (export "f64") (param f64 i64 f64 i32) (result f64) local.get 0 local.get 2 f64.sub)
                  (func (export "five") (param i32 i64 f32 f64 i32) (result f64)
                    local.get 3 local.get 4 f64.convert_i32_s f64.add))
                """)) {
            assertEquals(0, function(guest, "none", FunctionType.of()).call());
            GuestFunction i32 = function(guest, "i32", FunctionType.of(I32).returning(I32));
            assertEquals(-7, i32.call(-7));
            assertEquals(-7, i32.call(0xFFFF_FFF9L), "the high half of an i32 does not matter");
            GuestFunction i64 = function(guest, "i64", FunctionType.of(I32, I64).returning(I64));
            assertEquals(Long.MIN_VALUE, i64.call(1, Long.MIN_VALUE));
            GuestFunction f32 =
                    function(guest, "f32", FunctionType.of(F32, F32, I32).returning(F32));
            assertEquals(1.25f, Float.intBitsToFloat((int)
                    f32.call(Float.floatToRawIntBits(2.5f), Float.floatToRawIntBits(1.25f), 0)));
            GuestFunction f64 =
                    function(guest, "f64", FunctionType.of(F64, I64, F64, I32).returning(F64));
            assertEquals(
                    -1.5,
                    Double.longBitsToDouble(
                            f64.call(Double.doubleToRawLongBits(1), 0, Double.doubleToRawLongBits(2.5), 0)));
            GuestFunction five = function(
                    guest, "five", FunctionType.of(I32, I64, F32, F64, I32).returning(F64));
            assertEquals(
                    3.5,
                    Double.longBitsToDouble(five.callWith(new long[] {0, 0, 0, Double.doubleToRawLongBits(0.5), 3})));
        }
    }

    @Test
    void refusesAWrongNumberOfArguments() throws WasmException {
        try (WasmInstance guest = instance("(module (func (export \"f\") (param i32)))")) {
            GuestFunction f = function(guest, "f", FunctionType.of(I32));
            assertThrows(IllegalArgumentException.class, f::call);
            assertThrows(IllegalArgumentException.class, () -> f.callWith(new long[5]));
            assertEquals(0, f.callWith(new long[1]), "a mistake of the host does not cost the instance");
        }
    }

    @Test
    void findsNoFunctionThatIsNotExportedAndSaysWhenItsTypeDiffers() throws WasmException {
        try (WasmInstance guest = instance("(module (memory (export \"m\") 1) (func (export \"f\") (param i32)))")) {
            assertTrue(guest.function("g", FunctionType.of()).isEmpty());
            WasmException.LinkError type =
                    assertThrows(WasmException.LinkError.class, () -> guest.function("f", FunctionType.of()));
            assertTrue(type.getMessage().contains("[I32]"), type.getMessage());
            assertThrows(WasmException.LinkError.class, () -> guest.function("m", FunctionType.of()));
        }
    }

    @Test
    void callsHostFunctionsWhichCallBackIntoTheGuest() throws WasmException {
        HostFunctions host = HostFunctions.builder()
                .add("h", "twice", FunctionType.of(I32).returning(I32), (guest, args) -> {
                    GuestFunction allocate = guest.function(
                                    "allocate", FunctionType.of(I32).returning(I32))
                            .orElseThrow();
                    int at = (int) allocate.call(4);
                    guest.memory().writeI32(at, (int) args[0] * 2);
                    return at;
                })
                .build();
        String wat = """
                (module
                  (import "h" "twice" (func $twice (param i32) (result i32)))
                  (memory (export "memory") 1)
                  (func (export "allocate") (param i32) (result i32) i32.const 64)
                  (func (export "run") (param i32) (result i32) (i32.load (call $twice (local.get 0)))))
                """;
        try (CompiledModule module = engine.compile(Wat.wasm(wat));
                WasmInstance guest = module.instantiate(host)) {
            GuestFunction run = function(guest, "run", FunctionType.of(I32).returning(I32));
            assertEquals(42, run.call(21));
            assertEquals(-2, run.call(-1));
        }
    }

    @Test
    void namesEveryImportThatCannotBeMet() throws WasmException {
        String wat = """
                (module
                  (import "a" "missing" (func))
                  (import "a" "other" (func (param i64)))
                  (import "a" "fine" (func))
                  (import "env" "memory" (memory 1)))
                """;
        HostFunctions host = HostFunctions.builder()
                .add("a", "other", FunctionType.of(I32), (guest, args) -> 0)
                .add("a", "fine", FunctionType.of(), (guest, args) -> 0)
                .build();
        try (CompiledModule module = engine.compile(Wat.wasm(wat))) {
            WasmException.LinkError error = assertThrows(WasmException.LinkError.class, () -> module.instantiate(host));
            assertEquals(
                    List.of("missing", "other", "memory"),
                    error.missing().stream().map(ModuleImport::name).toList());
            assertTrue(error.getMessage().contains("offered as [I32]"), error.getMessage());
        }
    }

    @Test
    void describesAModuleWithoutCompilingIt() throws WasmException {
        byte[] wasm = Wat.wasm("""
                (module
                  (import "bascule:gateway/log@1.0.0" "write" (func (param i32 i32 i32)))
                  (memory (export "memory") 1 3) (table 2 funcref)
                  (func $s) (start $s) (func (export "test") (result i32) i32.const 0))
                """);
        ModuleInfo info = engine.inspect(wasm);
        assertEquals(wasm.length, info.sizeBytes());
        assertEquals(64, info.digest().length());
        assertEquals("write", info.imports().get(0).name());
        assertEquals(FunctionType.of(I32, I32, I32), info.imports().get(0).type());
        assertEquals(
                FunctionType.of().returning(I32),
                info.export("test").orElseThrow().type());
        assertEquals(new SizeRange(1, 3L), info.memories().get(0));
        assertEquals(new SizeRange(2, null), info.tables().get(0));
        assertEquals(2, info.functions());
        assertTrue(info.hasStart());
    }

    @Test
    void findsCustomSectionsByName() throws WasmException {
        byte[] plain = Wat.wasm("(module)");
        byte[] content = {3, 'a', 'b', 'c', 42, 43};
        byte[] wasm = new byte[plain.length + 2 + content.length];
        System.arraycopy(plain, 0, wasm, 0, plain.length);
        wasm[plain.length + 1] = (byte) content.length;
        System.arraycopy(content, 0, wasm, plain.length + 2, content.length);
        ModuleInfo info = engine.inspect(wasm);
        assertArrayEquals(
                new byte[] {42, 43}, info.customSection("abc").orElseThrow().content(wasm));
        assertTrue(info.customSection("x").isEmpty());
        engine.compile(wasm).close();
    }

    @Test
    void movesBytesInAndOutWithEveryPointerChecked() throws WasmException {
        try (WasmInstance guest = instance("(module (memory (export \"memory\") 1))")) {
            GuestMemory memory = guest.memory();
            assertEquals(65_536, memory.sizeBytes());
            memory.write(65_533, new byte[] {1, 2, 3});
            assertArrayEquals(new byte[] {1, 2, 3}, memory.read(65_533, 3));
            memory.writeI64(8, 0x0102_0304_0506_0708L);
            assertEquals(8, memory.readU8(8), "little-endian");
            assertEquals(0x0506_0708, memory.readI32(8));
            memory.writeF64(16, 1.5);
            assertEquals(1.5, memory.readF64(16));
            memory.write(0, "grün".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertEquals("grün", memory.readUtf8(0, 5));
            memory.write(100, 2, (array, at) -> array[at + 1] = 9);
            assertEquals(9, memory.<Integer>read(100, 2, (array, at) -> (int) array[at + 1]));
            for (int[] bad :
                    new int[][] {{65_536, 1}, {65_533, 4}, {-1, 1}, {0, -1}, {-4, 8}, {5, Integer.MAX_VALUE}}) {
                WasmException.Trap trap = assertThrows(WasmException.Trap.class, () -> memory.read(bad[0], bad[1]));
                assertEquals(WasmException.TrapKind.BAD_POINTER, trap.kind());
            }
            assertEquals(0, memory.read(65_536, 0).length);
        }
    }

    @Test
    void hasAnEmptyMemoryWhenTheModuleDeclaresNone() throws WasmException {
        try (WasmInstance guest = instance("(module (func (export \"f\") (result i32) i32.const 5))")) {
            assertEquals(0, guest.memory().sizeBytes());
            assertEquals(
                    5, function(guest, "f", FunctionType.of().returning(I32)).call());
        }
    }

    @Test
    void countsFuelExactlyAndTheSameEachTime() throws WasmException {
        try (WasmInstance guest = instance("""
                (module (func $leaf)
                  (func (export "run") (param i32)
                    (loop (call $leaf) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
                """)) {
            GuestFunction run = function(guest, "run", FunctionType.of(I32));
            run.call(1000);
            assertEquals(1000 + 999, guest.fuelUsedByLastCall());
            run.call(100_000);
            assertEquals(100_000 + 99_999, guest.fuelUsedByLastCall());
        }
    }

    @Test
    void closedInstancesModulesAndEnginesSaySo() throws WasmException {
        WasmEngine other = WasmEngine.start(EngineConfig.builder().warmUp(false).build());
        byte[] wasm = Wat.wasm("(module (memory 2) (func (export \"f\")))");
        CompiledModule module = other.compile(wasm);
        WasmInstance guest = module.instantiate(HostFunctions.NONE);
        GuestFunction f = function(guest, "f", FunctionType.of());
        assertEquals(2, other.stats().pagesUsed());
        assertEquals(1, other.stats().instancesOpen());
        guest.close();
        guest.close();
        assertEquals(0, other.stats().pagesUsed());
        assertEquals(0, other.stats().instancesOpen());
        assertTrue(guest.isClosed());
        assertThrows(WasmException.Closed.class, f::call);
        assertFalse(module.isClosed());
        module.close();
        module.close();
        assertEquals(0, other.stats().modulesOpen());
        assertThrows(WasmException.Closed.class, () -> module.instantiate(HostFunctions.NONE));
        other.close();
        assertThrows(WasmException.Closed.class, () -> other.compile(wasm));
    }
}
