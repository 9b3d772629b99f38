/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import static io.bascule.wasm.engine.ValueType.I32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is closed or dropped is really gone. */
@Timeout(300)
class UnloadingTest {

    private static final int CYCLES = 1000;
    private static final int SETTLED = 300;
    private static final long HEAP_GROWTH_MAX = 2 * 1024 * 1024;
    private static final long METASPACE_GROWTH_MAX = 1024 * 1024;

    private static WasmEngine engine;

    @BeforeAll
    static void start() {
        engine = WasmEngine.start(EngineConfig.DEFAULT);
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    private static final byte[] PLAIN = Wat.wasm("""
            (module (memory 1)
              (func (export "f") (param i32) (result i32) (local i32)
                (loop (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 3)))
                  (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
                (i32.load (i32.const 0))))
            """);

    /** Returns the same module with another digest. */
    private static byte[] module(int version) {
        byte[] module = Arrays.copyOf(PLAIN, PLAIN.length + 6);
        ByteBuffer.wrap(module, PLAIN.length, 6).put(new byte[] {0, 4, 1, 'v'}).putShort((short) version);
        return module;
    }

    private static GuestFunction function(WasmInstance guest) throws WasmException {
        return guest.function("f", FunctionType.of(I32).returning(I32)).orElseThrow();
    }

    /** Uses a module, and keeps nothing but weak references to what it was. */
    private static WeakReference<?>[] useAndClose(boolean isTrapped) throws WasmException {
        CompiledModule module = engine.compile(module(isTrapped ? 7 : 8));
        WasmInstance guest =
                module.instantiate(HostFunctions.NONE, new CallLimits(isTrapped ? 10 : 1000, Duration.ofSeconds(10)));
        GuestFunction f = function(guest);
        try {
            f.call(100);
        } catch (WasmException.Trap e) {
            assertTrue(isTrapped, e.getMessage());
        }
        guest.close();
        module.close();
        return new WeakReference<?>[] {
            new WeakReference<>(module),
            new WeakReference<>(guest),
            new WeakReference<>(f),
            new WeakReference<>(guest.memory())
        };
    }

    @Test
    void closedModulesInstancesAndClassesAreCollected() throws WasmException {
        for (boolean isTrapped : new boolean[] {false, true}) {
            long unloaded = ManagementFactory.getClassLoadingMXBean().getUnloadedClassCount();
            WeakReference<?>[] references = useAndClose(isTrapped);
            Conditions.await(Duration.ofSeconds(30), () -> {
                System.gc();
                for (WeakReference<?> reference : references) {
                    if (reference.get() != null) {
                        return false;
                    }
                }
                // Shaded, FuncGroup_0, MachineCall and the machine itself.
                return ManagementFactory.getClassLoadingMXBean().getUnloadedClassCount() >= unloaded + 4;
            });
        }
    }

    @Test
    void anInstanceThatIsDroppedGivesItsPagesBack() throws WasmException {
        try (CompiledModule module = engine.compile(module(9))) {
            long pages = engine.stats().pagesUsed();
            dropInstance(module);
            Conditions.await(Duration.ofSeconds(30), () -> {
                System.gc();
                return engine.stats().pagesUsed() == pages;
            });
        }
    }

    private static void dropInstance(CompiledModule module) throws WasmException {
        function(module.instantiate(HostFunctions.NONE)).call(3);
        assertTrue(engine.stats().pagesUsed() > 0);
    }

    @Test
    void aThousandModulesComeAndGoWithoutATrace() throws WasmException {
        long heap = 0;
        long metaspace = 0;
        long classes = 0;
        for (int i = 1; i <= CYCLES; i++) {
            try (CompiledModule module = engine.compile(module(1000 + i));
                    WasmInstance guest = module.instantiate(HostFunctions.NONE)) {
                assertEquals(150, function(guest).call(50));
            }
            if (i == SETTLED) {
                heap = heapAfterCollection();
                metaspace = metaspace();
                classes = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
            }
        }
        long heapGrowth = heapAfterCollection() - heap;
        long metaspaceGrowth = metaspace() - metaspace;
        long classGrowth = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount() - classes;
        String growth = "after " + (CYCLES - SETTLED) + " more modules: heap " + heapGrowth + ", metaspace "
                + metaspaceGrowth + " bytes, " + classGrowth + " classes";
        org.slf4j.LoggerFactory.getLogger(UnloadingTest.class).warn(growth);
        assertTrue(heapGrowth < HEAP_GROWTH_MAX, growth);
        assertTrue(metaspaceGrowth < METASPACE_GROWTH_MAX, growth);
        assertTrue(classGrowth < 100, growth);
    }

    private static long heapAfterCollection() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .mapToLong(UnloadingTest::used)
                .sum();
    }

    private static long used(MemoryPoolMXBean pool) {
        return pool.getUsage().getUsed();
    }
}
