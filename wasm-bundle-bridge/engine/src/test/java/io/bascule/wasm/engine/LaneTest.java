/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import static io.bascule.wasm.engine.ValueType.I32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads: one inside an instance at a time, any number beside each other. */
@Timeout(60)
class LaneTest {

    private static final String SUM = """
            (module (memory 1)
              (func (export "sum") (param i32) (result i32) (local i32)
                (loop
                  (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (local.get 0)))
                  (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
                (i32.load (i32.const 8)) (i32.store (i32.const 8) (i32.const 0))))
            """;

    private static WasmEngine engine;

    @BeforeAll
    static void start() {
        engine = WasmEngine.start(EngineConfig.DEFAULT);
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @Test
    void instancesOfOneModuleRunBesideEachOther() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (CompiledModule module = engine.compile(Wat.wasm(SUM))) {
            Callable<Integer> work = () -> {
                try (WasmInstance guest = module.instantiate(HostFunctions.NONE)) {
                    GuestFunction sum = guest.function(
                                    "sum", FunctionType.of(I32).returning(I32))
                            .orElseThrow();
                    int wrong = 0;
                    for (int i = 1; i <= 500; i++) {
                        wrong += sum.call(i) == (long) i * (i + 1) / 2 ? 0 : 1;
                    }
                    return wrong;
                }
            };
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(work));
            }
            for (Future<Integer> result : results) {
                assertEquals(0, result.get(30, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aSecondThreadInsideAnInstanceIsTurnedAway() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        HostFunctions host = HostFunctions.builder()
                .add("h", "wait", FunctionType.of(), (guest, args) -> {
                    inside.countDown();
                    assertTrue(goOn.await(30, TimeUnit.SECONDS));
                    return 0;
                })
                .build();
        ExecutorService other = Executors.newSingleThreadExecutor();
        String wat = "(module (import \"h\" \"wait\" (func $w)) (func (export \"f\") (call $w)) (func (export \"g\")))";
        try (CompiledModule module = engine.compile(Wat.wasm(wat));
                WasmInstance guest = module.instantiate(host, new CallLimits(1000, Duration.ofMinutes(1)))) {
            GuestFunction f = guest.function("f", FunctionType.of()).orElseThrow();
            GuestFunction g = guest.function("g", FunctionType.of()).orElseThrow();
            Future<Long> call = other.submit(() -> f.call());
            assertTrue(inside.await(30, TimeUnit.SECONDS));
            IllegalStateException busy = assertThrows(IllegalStateException.class, g::call);
            assertTrue(busy.getMessage().contains("one thread at a time"), busy.getMessage());
            goOn.countDown();
            assertEquals(0, call.get(30, TimeUnit.SECONDS));
            assertEquals(0, g.call(), "one thread after the other is fine");
            assertFalse(guest.isClosed());
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    @SuppressWarnings("try")
    void closingWhileACallRunsLetsItEndAndGivesThePagesBackThen() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        HostFunctions host = HostFunctions.builder()
                .add("h", "wait", FunctionType.of(), (guest, args) -> {
                    inside.countDown();
                    assertTrue(goOn.await(30, TimeUnit.SECONDS));
                    return 0;
                })
                .build();
        String wat = """
                (module (import "h" "wait" (func $w)) (memory 3)
                  (func (export "f") (result i32) (call $w) (i32.store (i32.const 0) (i32.const 7)) (i32.load (i32.const 0))))
                """;
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (WasmEngine own =
                        WasmEngine.start(EngineConfig.builder().warmUp(false).build());
                CompiledModule module = own.compile(Wat.wasm(wat))) {
            WasmInstance guest = module.instantiate(host, new CallLimits(1000, Duration.ofMinutes(1)));
            GuestFunction f =
                    guest.function("f", FunctionType.of().returning(I32)).orElseThrow();
            Future<Long> call = other.submit(() -> f.call());
            assertTrue(inside.await(30, TimeUnit.SECONDS));
            guest.close();
            module.close();
            assertTrue(guest.isClosed());
            assertEquals(3, own.stats().pagesUsed());
            goOn.countDown();
            assertEquals(7, call.get(30, TimeUnit.SECONDS));
            Conditions.await(Duration.ofSeconds(10), () -> own.stats().pagesUsed() == 0);
            assertThrows(WasmException.Closed.class, f::call);
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void deadlinesNeverInterruptAThreadAfterItsCall() throws Exception {
        // Calls that end right around their deadline: the race the lane is made for.
        HostFunctions host = HostFunctions.builder()
                .add("h", "spin", FunctionType.of(I32), (guest, args) -> {
                    long end = System.nanoTime() + args[0] * 1000;
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                    return 0;
                })
                .build();
        String wat =
                "(module (import \"h\" \"spin\" (func $s (param i32))) (func (export \"f\") (param i32) (call $s (local.get 0))))";
        int trapped = 0;
        try (CompiledModule module = engine.compile(Wat.wasm(wat))) {
            for (int i = 0; i < 300; i++) {
                try (WasmInstance guest = module.instantiate(host, new CallLimits(1000, Duration.ofMillis(1)))) {
                    GuestFunction f = guest.function("f", FunctionType.of(I32)).orElseThrow();
                    f.call(900 + i * 10);
                } catch (WasmException.Trap e) {
                    assertEquals(WasmException.TrapKind.DEADLINE, e.kind(), e.getMessage());
                    trapped++;
                }
                assertFalse(Thread.currentThread().isInterrupted(), "after call " + i);
            }
        }
        assertTrue(trapped > 0, "some calls were over their deadline");
    }
}
