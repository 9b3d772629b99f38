/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Mutated modules, compiled, instantiated and called: whatever happens has a name and an end. Seeded; the number can be set
 * with {@code -Dfuzz.modules}.
 */
@Tag("fuzz")
class FuzzTest {

    private static final long SEED = 20260301;
    private static final int MODULES = Integer.getInteger("fuzz.modules", 20_000);
    private static final CallLimits LIMITS = new CallLimits(4000, Duration.ofSeconds(20));

    private static final String[] SOURCES = {"""
        (module (memory (export "memory") 1 4)
          (func (export "f") (param i32) (result i32) (local i32 i32)
            (block (loop (br_if 1 (i32.eqz (local.get 0)))
              (local.set 1 (i32.add (local.get 1) (i32.load8_u (local.get 0))))
              (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br 0)))
            (local.get 1))
          (func (export "g") (result i32) (memory.grow (i32.const 1))))
        """, """
        (module (type $t (func (param i32) (result i32))) (table 4 8 funcref) (elem (i32.const 0) $a $b)
          (func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
          (func $b (type $t) (call_indirect (type $t) (local.get 0) (i32.const 0)))
          (func (export "f") (type $t) (call_indirect (type $t) (local.get 0) (i32.const 1)))
          (func (export "g") (result i32) (table.grow 0 (ref.func $a) (i32.const 2))))
        """, """
        (module (memory 1) (data $p "hello world") (data (i32.const 16) "active")
          (func (export "f") (param i32) (result i32)
            (memory.init $p (i32.const 0) (i32.const 0) (i32.const 5)) (data.drop $p)
            (memory.copy (i32.const 100) (i32.const 0) (local.get 0))
            (memory.fill (i32.const 200) (i32.const 7) (local.get 0)) (i32.load (i32.const 100))))
        """, """
        (module (global $g (mut i64) (i64.const 5)) (func $s (global.set $g (i64.const 9))) (start $s)
          (func (export "f") (param i32) (result i64)
            (block (block (block (br_table 0 1 2 (local.get 0))) (global.set $g (i64.const 1))) (return (i64.const 2)))
            (i64.mul (global.get $g) (i64.extend_i32_u (local.get 0)))))
        """, """
        (module (import "h" "log" (func $log (param i32 i32))) (memory (export "memory") 1)
          (func $fib (export "f") (param i32) (result i32)
            (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
              (else (call $log (i32.const 1) (local.get 0))
                (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2))))))))
        """, """
        (module (func (export "f") (param f64 f32) (result f64) (local f64)
            (local.set 2 (f64.sqrt (f64.abs (local.get 0))))
            (f64.add (f64.promote_f32 (local.get 1)) (f64.convert_i32_s (i32.trunc_sat_f64_s (local.get 2)))))
          (func (export "g") (param i64) (result i64) (i64.div_s (i64.const 100) (i64.rotl (local.get 0) (i64.const 3)))))
        """};

    @Test
    @Timeout(600)
    void mutatedModulesAlwaysEndInAResultOrANamedError() {
        Random random = new Random(SEED);
        List<byte[]> corpus = new ArrayList<>();
        for (String source : SOURCES) {
            corpus.add(Wat.wasm(source));
        }
        Map<String, Integer> outcomes = new TreeMap<>();
        List<String> outside = new ArrayList<>();
        EngineConfig config = EngineConfig.builder()
                .compileTimeout(Duration.ofSeconds(20))
                .pageBudget(512)
                .build();
        try (WasmEngine engine = WasmEngine.start(config)) {
            for (int i = 0; i < MODULES; i++) {
                byte[] module = mutate(corpus, random);
                String outcome;
                try {
                    outcome = run(engine, module);
                } catch (Throwable e) {
                    outside.add("module " + i + ": " + e);
                    outcome = "outside: " + e.getClass().getSimpleName();
                }
                outcomes.merge(outcome, 1, Integer::sum);
            }
            String summary = "seed " + SEED + ", " + MODULES + " modules: " + outcomes;
            org.slf4j.LoggerFactory.getLogger(FuzzTest.class).warn("{}", summary);
            assertEquals(List.of(), outside, summary);
            assertEquals(0, outcomes.getOrDefault("Trap DEADLINE", 0), summary);
            assertEquals(0, outcomes.getOrDefault("Internal", 0), summary);
            assertEquals(0, engine.stats().compilesStuck(), summary);
            assertEquals(0, engine.stats().pagesUsed(), summary);
            assertEquals(0, engine.stats().instancesOpen(), summary);
            int ran = MODULES - outcomes.getOrDefault("Refused", 0);
            assertTrue(ran > MODULES / 10, "too few modules run: " + summary);
        }
    }

    private static byte[] mutate(List<byte[]> corpus, Random random) {
        byte[] module = corpus.get(random.nextInt(corpus.size())).clone();
        int changes = random.nextInt(4) > 0 ? 1 : 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = 8 + random.nextInt(module.length - 8);
            switch (random.nextInt(10)) {
                case 0 -> module[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> module[at] = (byte) random.nextInt(256);
                case 2 -> module[at] += (byte) (random.nextBoolean() ? 1 : -1);
                case 3 -> module = splice(module, at, random);
                case 4 -> {
                    byte[] other = corpus.get(random.nextInt(corpus.size()));
                    int length = Math.min(1 + random.nextInt(6), Math.min(module.length - at, other.length));
                    int from = random.nextInt(other.length - length + 1);
                    System.arraycopy(other, from, module, at, length);
                }
                case 5, 6, 7 -> relative(module, at, random);
                default -> module[at] = INTERESTING[random.nextInt(INTERESTING.length)];
            }
        }
        return module;
    }

    // First and last opcode of instructions of one signature: such a change keeps a module valid.
    private static final int[][] FAMILIES = {
        {0x46, 0x4F}, {0x51, 0x5A}, {0x28, 0x28}, {0x2C, 0x2F}, {0x6A, 0x78}, {0x7C, 0x8A}, {0xA0, 0xA6}, {0x99, 0x9F}
    };

    /** Exchanges the first instruction from {@code at} on for one of the same signature. */
    private static void relative(byte[] module, int at, Random random) {
        for (int i = at; i < module.length; i++) {
            int opcode = module[i] & 0xFF;
            for (int[] family : FAMILIES) {
                if (opcode >= family[0] && opcode <= family[1]) {
                    module[i] = (byte) (family[0] + random.nextInt(family[1] - family[0] + 1));
                    return;
                }
            }
        }
    }

    // Instructions, types and numbers that make something of their surroundings.
    private static final byte[] INTERESTING = {
        0x00,
        0x01,
        0x02,
        0x03,
        0x04,
        0x05,
        0x0B,
        0x0C,
        0x0D,
        0x0E,
        0x0F,
        0x10,
        0x11,
        0x1A,
        0x20,
        0x21,
        0x22,
        0x28,
        0x36,
        0x40,
        0x41,
        0x6A,
        0x70,
        0x7C,
        0x7D,
        0x7E,
        0x7F,
        (byte) 0x80,
        (byte) 0xFC,
        (byte) 0xFF
    };

    /** Inserts or removes a byte and mends nothing: most sizes are wrong after it. */
    private static byte[] splice(byte[] module, int at, Random random) {
        if (random.nextBoolean()) {
            byte[] longer = Arrays.copyOf(module, module.length + 1);
            System.arraycopy(module, at, longer, at + 1, module.length - at);
            longer[at] = (byte) random.nextInt(256);
            return longer;
        }
        byte[] shorter = Arrays.copyOf(module, module.length - 1);
        System.arraycopy(module, at + 1, shorter, at, module.length - at - 1);
        return shorter;
    }

    private static String run(WasmEngine engine, byte[] wasm) {
        try (CompiledModule module = engine.compile(wasm)) {
            HostFunctions host = HostFunctions.builder()
                    .add("h", "log", FunctionType.of(ValueType.I32, ValueType.I32), (guest, args) -> guest.memory()
                            .readU8((int) args[0]))
                    .build();
            WasmException last = null;
            for (ModuleExport export : module.info().exports()) {
                FunctionType type = export.type();
                if (type == null) {
                    continue;
                }
                try (WasmInstance guest = module.instantiate(host, LIMITS)) {
                    GuestFunction function = guest.function(export.name(), type).orElseThrow();
                    for (long argument : new long[] {0, 3, -1}) {
                        long[] args = new long[type.params().size()];
                        Arrays.fill(args, argument);
                        function.callWith(args);
                    }
                } catch (WasmException e) {
                    last = e;
                }
            }
            return last == null ? "done" : name(last);
        } catch (WasmException e) {
            return name(e);
        }
    }

    private static String name(WasmException e) {
        if (e instanceof WasmException.Internal || e instanceof WasmException.CompileFailed) {
            org.slf4j.LoggerFactory.getLogger(FuzzTest.class).warn("not compiled or a defect", e);
        }
        return e instanceof WasmException.Trap trap
                ? "Trap " + trap.kind()
                : e.getClass().getSimpleName();
    }
}
