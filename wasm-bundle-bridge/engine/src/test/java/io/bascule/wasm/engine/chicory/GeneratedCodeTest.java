/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.Feature;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.GuestFunction;
import io.bascule.wasm.engine.HostFunctions;
import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.ValueType;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import io.bascule.wasm.engine.WasmInstance;
import io.bascule.wasm.engine.Wat;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/** Rewritten code against Java: it may be faster, it must not be different. */
class GeneratedCodeTest {

    private static final int ROUNDS = 4000;
    private static final List<String> INTEGER =
            List.of("eq", "ne", "lt_s", "lt_u", "le_s", "le_u", "gt_s", "gt_u", "ge_s", "ge_u");
    private static final List<String> FLOAT = List.of("eq", "ne", "lt", "le", "gt", "ge");
    private static final Map<ValueType, List<Long>> EDGES = Map.of(
            ValueType.I32, List.of(0L, 1L, -1L, 9L, 10L, (long) Integer.MAX_VALUE, (long) Integer.MIN_VALUE),
            ValueType.I64, List.of(0L, 1L, -1L, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE),
            ValueType.F32, List.of(bits(0f), bits(-0f), bits(1f), bits(-1f), bits(Float.NaN), bits(Float.MAX_VALUE)),
            ValueType.F64,
                    List.of(bits(0d), bits(-0d), bits(1d), bits(-1d), bits(Double.NaN), bits(-Double.MAX_VALUE)));

    private static long bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }

    private static int order(ValueType type, String operation, long a, long b) {
        boolean isUnsigned = operation.endsWith("_u");
        return switch (type) {
            case I32 -> isUnsigned ? Integer.compareUnsigned((int) a, (int) b) : Integer.compare((int) a, (int) b);
            case I64 -> isUnsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b);
            default -> throw new AssertionError(type);
        };
    }

    private static boolean expected(ValueType type, String operation, long a, long b) {
        String kind = operation.substring(0, 2);
        if (type == ValueType.I32 || type == ValueType.I64) {
            return holds(kind, order(type, operation, a, b), 0);
        }
        // A float and the double of the same value compare alike.
        double left = type == ValueType.F32 ? Float.intBitsToFloat((int) a) : Double.longBitsToDouble(a);
        double right = type == ValueType.F32 ? Float.intBitsToFloat((int) b) : Double.longBitsToDouble(b);
        return holds(kind, left, right);
    }

    private static boolean holds(String kind, double a, double b) {
        return switch (kind) {
            case "eq" -> a == b;
            case "ne" -> a != b;
            case "lt" -> a < b;
            case "le" -> a <= b;
            case "gt" -> a > b;
            case "ge" -> a >= b;
            default -> throw new AssertionError(kind);
        };
    }

    /** A function that compares as a value, in a branch, in a negated branch, and against itself: one bit for each. */
    private static String comparing(String type, String operation) {
        String compare = "(%s.%s (local.get 0) (local.get 1))".formatted(type, operation);
        return """
                (func (export "%1$s") (param %2$s %2$s) (result i32) (local i32)
                  (local.set 2 %3$s)
                  (block (br_if 0 (i32.eqz %3$s)) (local.set 2 (i32.or (local.get 2) (i32.const 2))))
                  (block (br_if 0 %3$s) (local.set 2 (i32.or (local.get 2) (i32.const 4))))
                  (if %3$s (then (local.set 2 (i32.or (local.get 2) (i32.const 8)))))
                  (select (i32.or (local.get 2) (i32.const 16)) (local.get 2) (i32.eqz (i32.eqz %3$s))))
                """.formatted(operation, type, compare);
    }

    @ParameterizedTest
    @CsvSource({"I32", "I64", "F32", "F64"})
    void everyComparisonHoldsWhenItShould(ValueType type) throws Exception {
        List<String> operations = type == ValueType.I32 || type == ValueType.I64 ? INTEGER : FLOAT;
        StringBuilder wat = new StringBuilder("(module ");
        operations.forEach(operation -> wat.append(comparing(type.name().toLowerCase(Locale.ROOT), operation)));
        List<Long> edges = EDGES.get(type);
        Random random = new Random(17);
        try (WasmEngine engine = WasmEngine.start(EngineConfig.DEFAULT);
                WasmInstance guest =
                        engine.compile(Wat.wasm(wat.append(')').toString())).instantiate(HostFunctions.NONE)) {
            for (String operation : operations) {
                GuestFunction compare = guest.function(
                                operation, FunctionType.of(type, type).returning(ValueType.I32))
                        .orElseThrow();
                // Often enough for the JIT compiler, which has to be right as well.
                for (int i = 0; i < ROUNDS; i++) {
                    long a = edges.get(random.nextInt(edges.size()));
                    long b = edges.get(random.nextInt(edges.size()));
                    int wanted = expected(type, operation, a, b) ? 1 + 2 + 8 + 16 : 4;
                    assertEquals(wanted, (int) compare.call(a, b), () -> type + "." + operation + " " + a + " " + b);
                }
            }
        }
    }

    @Test
    void aLongIntegerIsComparedWithZeroAsAWhole() throws Exception {
        try (WasmEngine engine = WasmEngine.start(EngineConfig.DEFAULT);
                WasmInstance guest = engine.compile(Wat.wasm("""
                                        (module (func (export "zero") (param i64) (result i32)
                                          (if (result i32) (i64.eqz (local.get 0))
                                            (then (i32.const 1)) (else (i32.const 0)))))
                                        """)).instantiate(HostFunctions.NONE)) {
            GuestFunction zero = guest.function(
                            "zero", FunctionType.of(ValueType.I64).returning(ValueType.I32))
                    .orElseThrow();
            assertEquals(1, zero.call(0));
            assertEquals(0, zero.call(1L << 32));
        }
    }

    private static final String GROWING = """
            (module (import "host" "grow" (func $host))
              (memory (export "memory") 1 9) (table 1 funcref) (elem (i32.const 0) $grow)
              (func $grow (export "grow") (drop (memory.grow (i32.const 1))))
              (func $end (param i32) (result i32) (i32.sub (i32.mul (local.get 0) (i32.const 65536)) (i32.const 4)))
              (func (export "all") (result i32)
                (i32.store (i32.const 8) (i32.const 1))
                (drop (memory.grow (i32.const 1)))
                (i32.store (call $end (i32.const 2)) (i32.const 10))
                (call $grow)
                (i32.store (call $end (i32.const 3)) (i32.const 100))
                (call_indirect (i32.const 0))
                (i32.store (call $end (i32.const 4)) (i32.const 1000))
                (call $host)
                (i32.store (call $end (i32.const 5)) (i32.const 10000))
                (i32.add (i32.load (i32.const 8)) (i32.add (i32.load (call $end (i32.const 2)))
                  (i32.add (i32.load (call $end (i32.const 3))) (i32.add (i32.load (call $end (i32.const 4)))
                    (i32.load (call $end (i32.const 5)))))))))
            """;

    @Test
    void aFunctionSeesItsMemoryGrowInEachWay() throws Exception {
        HostFunctions host = HostFunctions.builder()
                .add("host", "grow", FunctionType.of(), (guest, arguments) -> {
                    guest.function("grow", FunctionType.of()).orElseThrow().call();
                    return 0;
                })
                .build();
        try (WasmEngine engine = WasmEngine.start(EngineConfig.DEFAULT);
                WasmInstance guest = engine.compile(Wat.wasm(GROWING)).instantiate(host)) {
            GuestFunction all = guest.function("all", FunctionType.of().returning(ValueType.I32))
                    .orElseThrow();
            assertEquals(11_111, all.call());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "load8_u, 0, -1", "load8_u, 65536, 0", "load16_u, 65535, 0", "load, 65533, 0", "load, -4, 0",
        // Would be inside if the sum were taken modulo 2^32, or as a signed one.
        "load, -8, 16", "load, 2147483647, 2147483646", "load, 2147483640, 16", "load8_s, -1, 1", "load, 0, 65533"
    })
    void anAddressOutOfBoundsTrapsHoweverItIsMade(String access, int address, int offset) throws Exception {
        String wat =
                "(module (memory 1) (func (export \"f\") (param i32) (result i32) (i32.%s offset=%s (local.get 0))))"
                        .formatted(access, Integer.toUnsignedString(offset));
        try (WasmEngine engine = WasmEngine.start(EngineConfig.DEFAULT);
                WasmInstance guest = engine.compile(Wat.wasm(wat)).instantiate(HostFunctions.NONE)) {
            GuestFunction f = guest.function("f", FunctionType.of(ValueType.I32).returning(ValueType.I32))
                    .orElseThrow();
            Trap trap = assertThrows(Trap.class, () -> f.call(address));
            assertEquals(TrapKind.OUT_OF_BOUNDS, trap.kind());
        }
    }

    @Test
    void aSecondMemoryIsNotTakenForTheFirst() throws Exception {
        // (module (memory 1) (memory 1) (func (export "f") (result i32)
        //   (i32.store 0 (i32.const 4) (i32.const 7)) (i32.store 1 (i32.const 4) (i32.const 9))
        //   (i32.sub (i32.load 1 (i32.const 4)) (i32.load 0 (i32.const 4)))))
        byte[] wasm = HexFormat.of()
                .parseHex("0061736d01000000010501" + "6000017f" + "03020100" + "0505020001" + "0001" + "07050101660000"
                        + "0a1f011d00" + "4104410736" + "0200" + "41044109364201" + "00" + "410428420100" + "4104280200"
                        + "6b0b");
        EngineConfig config = EngineConfig.builder()
                .moduleLimits(
                        ModuleLimits.DEFAULT.with(Feature.MULTI_MEMORY, true).with(Limit.MEMORIES, 2))
                .build();
        try (WasmEngine engine = WasmEngine.start(config);
                WasmInstance guest = engine.compile(wasm).instantiate(HostFunctions.NONE)) {
            assertEquals(
                    2,
                    guest.function("f", FunctionType.of().returning(ValueType.I32))
                            .orElseThrow()
                            .call());
        }
    }

    @Test
    void functionsReachMemoryAndCompareWithoutChicory() {
        String wat = "(module (memory 1) (func (export \"f\") (param i32) (result i32)"
                + " (i64.store (local.get 0) (i64.const 5)) (f64.store (local.get 0) (f64.load (local.get 0)))"
                + " (if (i32.ge_u (i32.load8_u (local.get 0)) (i32.const 10)) (then (return (i32.const 1))))"
                + " (i32.lt_u (i32.load16_s (local.get 0)) (local.get 0))))";
        List<MethodInsnNode> calls = GeneratedClasses.compile(Wat.wasm(wat)).classes().values().stream()
                .flatMap(bytes -> methods(bytes).stream())
                .filter(method -> method.name.startsWith("func_"))
                .flatMap(method -> Arrays.stream(method.instructions.toArray()))
                .filter(MethodInsnNode.class::isInstance)
                .map(MethodInsnNode.class::cast)
                .toList();
        TreeSet<String> names = new TreeSet<>();
        calls.forEach(call -> names.add(call.owner.substring(call.owner.lastIndexOf('/') + 1) + "." + call.name));
        assertTrue(names.contains("GuestOps.memoryReadByte"), names::toString);
        assertTrue(names.contains("GuestOps.I32_LT_U"), names::toString);
        assertFalse(
                names.stream().anyMatch(name -> name.contains("Shaded.") || name.contains("GE_U")), names::toString);
    }

    private static List<MethodNode> methods(byte[] bytes) {
        ClassNode node = new ClassNode();
        new ClassReader(bytes).accept(node, 0);
        return node.methods;
    }
}
