/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.wasm.engine.WasmException.Refused;
import java.io.ByteArrayOutputStream;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each limit: a module just over it is refused by name, with function, value and what is allowed. */
@Timeout(60)
class LimitTest {

    private static WasmEngine engine;

    @BeforeAll
    static void start() {
        engine = WasmEngine.start(EngineConfig.builder().warmUp(false).build());
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    private static byte[] code(String instructions) {
        return Wat.wasm("(module (memory 1) (func $g (param i32)) (func (export \"f\") " + instructions + "))");
    }

    static Stream<Arguments> modules() {
        return Stream.of(
                Arguments.of(Limit.MODULE_BYTES, 8, Wat.wasm("(module (func))"), -1),
                Arguments.of(Limit.SECTIONS, 1, Wat.wasm("(module (func))"), -1),
                Arguments.of(Limit.TYPES, 1, Wat.wasm("(module (type (func)) (type (func (param i32))))"), -1),
                Arguments.of(Limit.TYPE_VALUES, 1, Wat.wasm("(module (type (func (param i32 i32))))"), -1),
                Arguments.of(Limit.IMPORTS, 0, Wat.wasm("(module (import \"a\" \"b\" (func)))"), -1),
                Arguments.of(Limit.FUNCTIONS, 1, Wat.wasm("(module (func) (func))"), -1),
                Arguments.of(Limit.TABLES, 1, Wat.wasm("(module (table 1 funcref) (table 1 funcref))"), -1),
                Arguments.of(Limit.TABLE_ENTRIES, 9, Wat.wasm("(module (table 10 funcref))"), -1),
                Arguments.of(Limit.MEMORIES, 0, Wat.wasm("(module (memory 1))"), -1),
                Arguments.of(Limit.MEMORY_PAGES, 2, Wat.wasm("(module (memory 3))"), -1),
                Arguments.of(Limit.GLOBALS, 0, Wat.wasm("(module (global i32 (i32.const 0)))"), -1),
                Arguments.of(Limit.EXPORTS, 0, Wat.wasm("(module (memory (export \"m\") 1))"), -1),
                Arguments.of(
                        Limit.ELEMENT_SEGMENTS,
                        0,
                        Wat.wasm("(module (table 1 funcref) (func $f) (elem (i32.const 0) $f))"),
                        -1),
                Arguments.of(
                        Limit.ELEMENT_ENTRIES,
                        1,
                        Wat.wasm("(module (table 2 funcref) (func $f) (elem (i32.const 0) $f $f))"),
                        -1),
                Arguments.of(Limit.DATA_SEGMENTS, 0, Wat.wasm("(module (memory 1) (data (i32.const 0) \"a\"))"), -1),
                Arguments.of(
                        Limit.DATA_SEGMENT_BYTES, 2, Wat.wasm("(module (memory 1) (data (i32.const 0) \"abc\"))"), -1),
                Arguments.of(Limit.NAME_BYTES, 2, Wat.wasm("(module (memory (export \"abc\") 1))"), -1),
                Arguments.of(
                        Limit.TAGS,
                        0,
                        new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 13, 3, 1, 0, 0},
                        -1),
                Arguments.of(Limit.BODY_BYTES, 4, code("nop nop nop nop"), 1),
                Arguments.of(Limit.LOCALS, 2, code("(local i32 i32 i64)"), 1),
                Arguments.of(Limit.NESTING, 1, code("(block (block))"), 1),
                Arguments.of(Limit.BRANCH_TABLE_ENTRIES, 1, code("(block (br_table 0 0 0 (i32.const 0)))"), 1),
                Arguments.of(
                        Limit.MODULE_BRANCH_TABLE_ENTRIES,
                        3,
                        code("(block (br_table 0 0 0 (i32.const 0))) (block (br_table 0 0 0 (i32.const 0)))"),
                        1),
                Arguments.of(Limit.BLOCKS_TIMES_LOCALS, 8, code("(local i32 i32 i64) (block) (block)"), 1),
                Arguments.of(
                        Limit.BLOCKS_TIMES_LOCALS,
                        11,
                        code("i32.const 1 i32.const 2 i32.const 3 (block) (block) (block) drop drop drop"),
                        1),
                Arguments.of(Limit.MODULE_BLOCKS_TIMES_LOCALS, 2, code("(local i32) (block)"), 1),
                Arguments.of(Limit.INSTRUCTIONS, 2, code("nop"), 1));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleOverALimitIsRefusedByName(Limit limit, long allowed, byte[] wasm, int function) throws Refused {
        ModuleLimits features = ModuleLimits.DEFAULT.with(Feature.EXCEPTIONS, true);
        engine.inspect(wasm, features);
        ModuleLimits strict = features.with(limit, allowed);
        Refused refused = assertThrows(Refused.class, () -> engine.compile(wasm, strict));
        assertEquals(limit, refused.limit(), refused.getMessage());
        assertEquals(allowed, refused.allowed());
        assertTrue(refused.value() > allowed);
        assertEquals(function, refused.functionIndex());
        assertTrue(refused.getMessage().contains(limit.name()), refused.getMessage());
        assertTrue(refused.getMessage().contains(" " + refused.value() + " "), refused.getMessage());
    }

    @Test
    void everyLimitHasItsModule() {
        Set<Limit> tested = EnumSet.noneOf(Limit.class);
        modules().forEach(arguments -> tested.add((Limit) arguments.get()[0]));
        assertEquals(EnumSet.allOf(Limit.class), tested);
        for (Limit limit : Limit.values()) {
            assertTrue(limit.defaultValue() <= limit.most(), limit.name());
        }
    }

    /** Makes {@code (module (type (func)) (memory 1) (func BODY))} from bytes, as no text parser knows every instruction. */
    private static byte[] body(int... instructions) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1});
        out.write(10);
        out.write(instructions.length + 4);
        out.write(1);
        out.write(instructions.length + 2);
        out.write(0);
        for (int instruction : instructions) {
            out.write(instruction);
        }
        out.write(0x0B);
        return out.toByteArray();
    }

    static Stream<Arguments> features() {
        byte[] header = {0, 'a', 's', 'm', 1, 0, 0, 0};
        return Stream.of(
                Arguments.of(Feature.TAIL_CALLS, body(0x12, 0)),
                Arguments.of(Feature.TAIL_CALLS, body(0x41, 0, 0x13, 0, 0)),
                Arguments.of(Feature.TAIL_CALLS, body(0x15, 0)),
                Arguments.of(Feature.GC, body(0xFB, 0, 0)),
                Arguments.of(Feature.GC, body(0x14, 0)),
                Arguments.of(Feature.GC, body(0xD4)),
                Arguments.of(Feature.GC, section(header, 1, 1, 0x5F, 0)),
                Arguments.of(Feature.THREADS, body(0xFE, 3, 0)),
                Arguments.of(Feature.THREADS, section(header, 5, 1, 3, 1, 1)),
                Arguments.of(Feature.MEMORY64, section(header, 5, 1, 4, 1)),
                Arguments.of(Feature.SIMD, body(0xFD, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A)),
                Arguments.of(Feature.EXCEPTIONS, body(0x08, 0)),
                Arguments.of(Feature.EXCEPTIONS, body(0x1F, 0x40, 0, 0x0B)),
                Arguments.of(Feature.MULTI_MEMORY, body(0x41, 0, 0x28, 0x42, 1, 0, 0x1A)),
                Arguments.of(Feature.SATURATING_FLOAT, body(0x43, 0, 0, 0, 0, 0xFC, 0, 0x1A)),
                Arguments.of(Feature.SIGN_EXTENSION, body(0x41, 0, 0xC0, 0x1A)),
                Arguments.of(Feature.BULK_MEMORY, body(0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 11, 0)),
                Arguments.of(Feature.REFERENCE_TYPES, body(0xD0, 0x70, 0x1A)),
                Arguments.of(Feature.MULTI_VALUE, section(header, 1, 1, 0x60, 0, 2, 0x7F, 0x7F)),
                Arguments.of(Feature.EXTENDED_CONST, section(header, 6, 1, 0x7F, 0, 0x41, 1, 0x41, 1, 0x6A, 0x0B)));
    }

    private static byte[] section(byte[] header, int id, int... content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header);
        out.write(id);
        out.write(content.length);
        for (int value : content) {
            out.write(value);
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("features")
    void aFeatureThatIsOffIsRefusedByName(Feature feature, byte[] wasm) throws Refused {
        ModuleLimits off = ModuleLimits.DEFAULT.with(feature, false);
        Refused refused = assertThrows(Refused.class, () -> engine.compile(wasm, off));
        assertEquals(feature, refused.feature(), refused.getMessage());
        assertTrue(refused.getMessage().contains(feature.name()), refused.getMessage());
        if (feature.isAllowable() && feature != Feature.MULTI_MEMORY) {
            assertNotNull(engine.inspect(wasm, ModuleLimits.DEFAULT.with(feature, true)));
        }
    }

    @Test
    void everyFeatureHasItsModule() {
        Set<Feature> tested = EnumSet.noneOf(Feature.class);
        features().forEach(arguments -> tested.add((Feature) arguments.get()[0]));
        assertEquals(EnumSet.allOf(Feature.class), tested);
    }

    @Test
    void whatTheEngineCannotContainCannotBeSwitchedOn() {
        for (Feature feature : EnumSet.of(Feature.TAIL_CALLS, Feature.GC, Feature.THREADS, Feature.MEMORY64)) {
            assertThrows(IllegalArgumentException.class, () -> ModuleLimits.DEFAULT.with(feature, true));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> ModuleLimits.DEFAULT.with(Limit.MODULE_BYTES, Limit.MODULE_BYTES.most() + 1));
    }

    @Test
    void vectorsThatAreSwitchedOnAreRefusedByTheCompilerAndNotInterpreted() {
        byte[] wasm = body(0xFD, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A);
        assertThrows(
                WasmException.CompileFailed.class,
                () -> engine.compile(wasm, ModuleLimits.DEFAULT.with(Feature.SIMD, true)));
    }

    @Test
    void whatIsNoModuleIsRefusedWithTheReason() {
        for (byte[] bytes : new byte[][] {
            {},
            {0, 'a', 's', 'm'},
            "<html>404</html>".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
            {0, 'a', 's', 'm', 0x0D, 0, 1, 0},
            {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 100}
        }) {
            Refused refused = assertThrows(Refused.class, () -> engine.compile(bytes));
            assertTrue(refused.getMessage().contains("at byte"), refused.getMessage());
        }
        assertThrows(Refused.class, () -> engine.compile(body(0x05)), "else without if");
        assertThrows(Refused.class, () -> engine.compile(body(0x0C, 1)), "branch out of the function");
        Refused wrongTypes = assertThrows(Refused.class, () -> engine.compile(body(0x6A, 0x1A)));
        assertTrue(wrongTypes.getMessage().contains("not a valid"), wrongTypes.getMessage());
    }

    @Test
    void memoryInstructionsInAModuleWithoutMemoryAreRefused() {
        byte[] wasm = Wat.wasm("(module (memory 1) (func (drop (i32.load (i32.const 0)))))");
        byte[] without = new byte[wasm.length - 5];
        int memory = indexOf(wasm, new byte[] {5, 3, 1, 0, 1});
        System.arraycopy(wasm, 0, without, 0, memory);
        System.arraycopy(wasm, memory + 5, without, memory, wasm.length - memory - 5);
        assertThrows(Refused.class, () -> engine.compile(without));
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i + part.length <= bytes.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("part not found");
    }
}
