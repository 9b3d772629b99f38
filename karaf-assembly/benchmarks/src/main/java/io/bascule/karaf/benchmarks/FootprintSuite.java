/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.wasm.engine.CompiledModule;
import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.HostFunctions;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmInstance;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What an instance costs, and whether loading and dropping modules leaves anything behind. */
final class FootprintSuite implements Bench.Suite {

    private static final int INSTANCES = 500;
    private static final int CYCLES = 1000;

    @Override
    public String run(PrintStream progress) throws Exception {
        byte[] wasm = Artefacts.kernels();
        try (WasmEngine engine = WasmEngine.start(
                EngineConfig.builder().pageBudget(64L * INSTANCES).build())) {
            return instances(engine, wasm, progress) + cycles(engine, wasm, progress);
        }
    }

    private static String instances(WasmEngine engine, byte[] wasm, PrintStream progress) throws Exception {
        progress.println(INSTANCES + " instances of one module");
        try (CompiledModule module = engine.compile(wasm)) {
            List<WasmInstance> kept = new ArrayList<>(INSTANCES);
            kept.add(module.instantiate(HostFunctions.NONE));
            long before = heapAfterCollection();
            long started = System.nanoTime();
            for (int i = 0; i < INSTANCES; i++) {
                kept.add(module.instantiate(HostFunctions.NONE));
            }
            long nanos = System.nanoTime() - started;
            long after = heapAfterCollection();
            int memory = kept.get(0).memory().sizeBytes();
            kept.forEach(WasmInstance::close);
            return String.format(
                    Locale.ROOT,
                    "| figure | value | target |%n|---|---|---|%n"
                            + "| heap for each further instance (its memory is %d KiB) | %.1f KiB | 100 KiB |%n"
                            + "| time for each further instance | %.1f us | |%n",
                    memory / 1024,
                    (after - before) / 1024.0 / INSTANCES,
                    nanos / 1000.0 / INSTANCES);
        }
    }

    private static String cycles(WasmEngine engine, byte[] wasm, PrintStream progress) throws Exception {
        progress.println(CYCLES + " load and drop cycles");
        cycle(engine, wasm, CYCLES / 10);
        long heapBefore = heapAfterCollection();
        long metaspaceBefore = metaspace();
        long started = System.nanoTime();
        cycle(engine, wasm, CYCLES);
        double millis = (System.nanoTime() - started) / 1e6 / CYCLES;
        long heapAfter = heapAfterCollection();
        return String.format(
                Locale.ROOT,
                "| heap after %d load / drop cycles, against before | %+.2f MiB | flat |%n"
                        + "| metaspace after them, against before | %+.2f MiB | flat |%n"
                        + "| verify + compile + instantiate + drop | %.1f ms | |%n",
                CYCLES,
                (heapAfter - heapBefore) / 1048576.0,
                (metaspace() - metaspaceBefore) / 1048576.0,
                millis);
    }

    private static void cycle(WasmEngine engine, byte[] wasm, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            try (CompiledModule module = engine.compile(wasm);
                    WasmInstance instance = module.instantiate(HostFunctions.NONE)) {
                instance.memory().readU8(0);
            }
        }
    }

    /** Collects until what is used stops shrinking. */
    private static long heapAfterCollection() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            System.gc();
            long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            if (now >= used - 1024) {
                break;
            }
            used = now;
        }
        return used;
    }

    private static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(p -> p.getName().equals("Metaspace"))
                .map(MemoryPoolMXBean::getUsage)
                .mapToLong(u -> u.getUsed())
                .sum();
    }
}
