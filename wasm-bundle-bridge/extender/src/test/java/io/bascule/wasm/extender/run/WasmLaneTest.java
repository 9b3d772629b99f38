/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.spi.Instance;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import io.bascule.api.security.Capability;
import io.bascule.testkit.Await;
import io.bascule.wasm.extender.TestGuest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stage's use of a guest, good and hostile. */
class WasmLaneTest {

    private static final String ECHO = "(call $readings (local.get 0) (local.get 1))";
    private static final String META = "{\"abi\":1,\"name\":\"guest\",\"version\":\"1.0.0\",\"world\":\"processor\","
            + "\"maxBatch\":4,\"stateVersion\":1}";

    @TempDir
    Path directory;

    private LaneFixture fixture;

    @BeforeEach
    void start() {
        fixture = new LaneFixture(directory);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private Processor processor(TestGuest guest) throws Exception {
        return fixture.processor(fixture.module(guest.wasm(META), LaneFixture.QUICK));
    }

    private static int count(Processor processor) throws ModuleException {
        return java.nio.ByteBuffer.wrap(processor.snapshot())
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getInt();
    }

    @Test
    void whatAGuestEmitsLeavesAsOneBatchAlsoWhenItTookSeveralCalls() throws Exception {
        Processor echo = processor(TestGuest.good().emitting().process(ECHO));
        Batch batch = fixture.batch(10);
        echo.process(batch);
        assertEquals(java.util.List.of(batch), fixture.batches);
        assertEquals(3, count(echo));
    }

    @Test
    void aNegativeAnswerDiscardsEverythingAndTheInstanceLivesOn() throws Exception {
        // Answers -7 from its second call on: the parts of one batch succeed or fail together.
        Processor guest = processor(TestGuest.good()
                .emitting()
                .process("(drop " + ECHO + ") (select (i32.const -7) (i32.const 0)"
                        + " (i32.eq (i32.load (i32.const 16)) (i32.const 2)))"));
        ModuleException busy = assertThrows(ModuleException.class, () -> guest.process(fixture.batch(8)));
        assertTrue(busy.getMessage().contains("-7 (busy)"), busy.getMessage());
        assertTrue(busy.retryAfter().isPresent());
        assertEquals(0, fixture.batches.size());
        guest.process(fixture.batch(1));
        assertEquals(1, fixture.batches.size());
        assertEquals(3, count(guest));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(loop $l (br $l)) (i32.const 0)|FUEL",
                "unreachable|UNREACHABLE",
                "(i32.load (i32.const -4))|OUT_OF_BOUNDS",
                "(call $readings (i32.const -8) (i32.const 1))|BAD_POINTER",
                "(call $readings (i32.const 65530) (i32.const 1))|BAD_POINTER",
                "(i32.div_s (i32.const 1) (i32.const 0))|DIVISION",
                "(call $again (i32.const 0) (i32.const 0))|STACK",
            })
    void aHostileGuestIsContainedAndItsNeighbourGoesOn(String body, String kind) throws Exception {
        Processor neighbour = fixture.processor(fixture.module(
                TestGuest.good().emitting().process(ECHO).wasm(META.replace("guest", "other")), LaneFixture.QUICK));
        WasmModule module = fixture.module(
                TestGuest.good()
                        .emitting()
                        .process(body)
                        .and("(func $again (param i32 i32) (result i32) (call $again (local.get 0) (local.get 1)))")
                        .wasm(META),
                LaneFixture.QUICK);
        Processor hostile = fixture.processor(module);
        ModuleException fault = assertThrows(ModuleException.class, () -> hostile.process(fixture.batch(1)));
        assertTrue(fault.getMessage().contains(kind) || fault.getMessage().contains("FUEL"), fault.getMessage());
        assertTrue(fault.retryAfter().isPresent());
        assertEquals(ModuleState.BACKING_OFF, module.status().state());
        neighbour.process(fixture.batch(4));
        assertEquals(1, fixture.batches.size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // More readings than a call may emit, and so many that count times 24 overflows.
                "(call $readings (i32.const 0) (i32.const 17))|-9",
                "(call $readings (i32.const 0) (i32.const 178956971))|-9",
                "(call $readings (i32.const 0) (i32.const -1))|-9",
                // A forged handle and a forged kind.
                "(i32.store (local.get 0) (i32.const 99)) (call $readings (local.get 0) (i32.const 1))|-2",
                "(i32.store8 offset=4 (local.get 0) (i32.const 4)) (call $readings (local.get 0) (i32.const 1))|-2",
            })
    void forgedLengthsHandlesAndKindsAreAnsweredNotTaken(String body, String code) throws Exception {
        Processor hostile = processor(TestGuest.good().emitting().process(body));
        ModuleException refused = assertThrows(ModuleException.class, () -> hostile.process(fixture.batch(1)));
        assertTrue(refused.getMessage().contains(code + " ("), refused.getMessage());
        assertEquals(0, fixture.batches.size());
    }

    @Test
    void afterAFaultANewInstanceGoesOnFromTheLastSnapshot() throws Exception {
        // Traps on the third call of an instance that has counted to three; the count is restored to two and it goes
        // on.
        Processor guest = processor(TestGuest.good()
                .emitting()
                .process(
                        "(if (i32.and (i32.eq (i32.load (i32.const 16)) (i32.const 3)) (i32.eqz (i32.load (i32.const 20))))"
                                + " (then unreachable)) " + ECHO)
                .restore("(i32.store (i32.const 20) (i32.const 1))"
                        + " (i32.store (i32.const 16) (i32.load (local.get 0))) (i32.const 0)"));
        guest.process(fixture.batch(1));
        guest.process(fixture.batch(1));
        assertThrows(ModuleException.class, () -> guest.process(fixture.batch(1)));
        Await.until("the back-off to pass", () -> guest.timerDueNanos() - System.nanoTime() <= 0);
        guest.process(fixture.batch(1));
        assertEquals(3, count(guest));
        assertEquals(3, fixture.batches.size());
    }

    @Test
    void tooManyFaultsFaultTheModuleForGood() throws Exception {
        WasmModule module =
                fixture.module(TestGuest.good().process("unreachable").wasm(META), LaneFixture.QUICK);
        Processor guest = fixture.processor(module);
        Await.until("the module to be faulted", () -> {
            assertThrows(ModuleException.class, () -> guest.process(fixture.batch(1)));
            return module.status().state() == ModuleState.FAULTED;
        });
        assertEquals(LaneFixture.QUICK.faultsMax(), module.status().faults());
        ModuleException last = assertThrows(ModuleException.class, () -> guest.process(fixture.batch(1)));
        assertTrue(last.retryAfter().isEmpty(), last.getMessage());
        assertEquals(Instance.NO_TIMER, guest.timerDueNanos());
    }

    @Test
    void withoutAGrantNothingIsEmitted() throws Exception {
        fixture.granted.remove(Capability.EMIT);
        Processor echo = processor(TestGuest.good().emitting().process(ECHO));
        ModuleException refused = assertThrows(ModuleException.class, () -> echo.process(fixture.batch(1)));
        assertTrue(refused.getMessage().contains("-3 (not permitted)"), refused.getMessage());
        fixture.granted.add(Capability.EMIT);
        echo.process(fixture.batch(1));
        assertEquals(1, fixture.batches.size());
    }

    @Test
    void aNewConfigurationIsTakenOverWithTheStateAndARefusedOneIsNot() throws Exception {
        String meta = META.replace(
                "\"stateVersion\"",
                "\"config\":{\"properties\":{\"n\":{\"type\":\"integer\",\"default\":1,\"maximum\":9}}},\"stateVersion\"");
        // Refuses {"n":7}: the digit is the sixth character.
        WasmModule module = fixture.module(
                TestGuest.good()
                        .configure("(select (i32.const -2) (i32.const 0) (i32.eq (i32.load8_u offset=5 (local.get 0))"
                                + " (i32.const 55)))")
                        .wasm(meta),
                LaneFixture.QUICK);
        Processor guest = fixture.processor(module);
        guest.process(fixture.batch(1));
        guest.configure("{\"n\":2}");
        assertEquals(1, count(guest));
        assertThrows(ModuleException.class, () -> guest.configure("{\"n\":7}"));
        assertThrows(ModuleException.class, () -> guest.configure("{\"n\":10}"));
        assertThrows(ModuleException.class, () -> guest.configure("{\"m\":1}"));
        guest.process(fixture.batch(1));
        assertEquals(2, count(guest));
        module.reconfigure(ModuleSettings.of(module.metadata(), Map.of("n", "3", "service.pid", "guest")));
        guest.process(fixture.batch(1));
        assertEquals(3, count(guest));
    }

    @Test
    void stateMovesFromOneInstanceToAnother() throws Exception {
        WasmModule module = fixture.module(TestGuest.good().wasm(META), LaneFixture.QUICK);
        Processor old = fixture.processor(module);
        old.process(fixture.batch(1));
        Processor fresh = fixture.processor(module);
        fresh.restore(old.snapshot());
        assertArrayEquals(old.snapshot(), fresh.snapshot());
    }

    @Test
    void theSelfTestRunsAndItsOutputsGoNowhere() throws Exception {
        WasmModule good = fixture.module(
                TestGuest.good()
                        .emitting()
                        .test("(drop (call $readings (i32.const 0) (i32.const 0))) (i32.const 0)")
                        .wasm(META),
                LaneFixture.QUICK);
        good.selfTest();
        WasmModule bad = fixture.module(TestGuest.good().test("(i32.const -1)").wasm(META), LaneFixture.QUICK);
        ModuleException failed = assertThrows(ModuleException.class, bad::selfTest);
        assertTrue(failed.getMessage().contains("-1 (failed)"), failed.getMessage());
        WasmModule looping = fixture.module(
                TestGuest.good().test("(loop $l (br $l)) (i32.const 0)").wasm(META), LaneFixture.QUICK);
        assertThrows(ModuleException.class, looping::selfTest);
        assertEquals(0, fixture.batches.size());
    }

    @Test
    void timersAreRunWhenTheyAreDue() throws Exception {
        Processor guest = processor(TestGuest.good()
                .importing("bascule:gateway/timer@1.0.0", "set", "(param i32 i32 i32) (result i32)")
                .configure("(call $set (i32.const 3) (i32.const 1) (i32.const 0))")
                .and("(func (export \"timer\") (param i32) (result i32)"
                        + " (i32.store (i32.const 16) (i32.add (local.get 0) (i32.const 39))) (i32.const 0))"));
        assertTrue(guest.timerDueNanos() != Instance.NO_TIMER);
        Await.until("the timer to be due", () -> guest.timerDueNanos() - System.nanoTime() <= 0);
        guest.runTimers();
        assertEquals(42, count(guest));
        assertEquals(Instance.NO_TIMER, guest.timerDueNanos());
    }

    @Test
    void textReachesAGuestAsAMessageOfItsChannel() throws Exception {
        Processor guest = processor(TestGuest.good()
                .importing("bascule:gateway/emit@1.0.0", "message", "(param i32 i32 i32 i32) (result i32)")
                .and("(func (export \"message\") (param i32 i32 i32 i32) (result i32)"
                        + " (call $message (local.get 0) (local.get 1) (local.get 2) (local.get 3)))"));
        guest.process(Batch.of(new Reading(fixture.channel, new Value.Text("run"), Quality.GOOD, 1)));
        guest.message("line/command", new byte[] {'g', 'o'});
        assertEquals(java.util.List.of("press/temperature=run", "line/command=go"), fixture.messages);
    }

    private Batch mixed() {
        return Batch.of(
                new Reading(fixture.channel, new Value.F64(1), Quality.GOOD, 1),
                new Reading(fixture.channel, new Value.Text("run"), Quality.GOOD, 2),
                new Reading(fixture.channel, new Value.F64(3), Quality.GOOD, 3));
    }

    @Test
    void textBesideNumbersIsHandedOverInItsPlaceAndAllOfItLeavesTogetherOrNothing() throws Exception {
        // Fails on the text the first time: what was emitted for the number before it must not leave then.
        Processor guest = processor(TestGuest.good()
                .emitting()
                .importing("bascule:gateway/emit@1.0.0", "message", "(param i32 i32 i32 i32) (result i32)")
                .process(ECHO)
                .and("(global $tries (mut i32) (i32.const 0))")
                .and("(func (export \"message\") (param i32 i32 i32 i32) (result i32)"
                        + " (global.set $tries (i32.add (global.get $tries) (i32.const 1)))"
                        + " (if (i32.eq (global.get $tries) (i32.const 1)) (then (return (i32.const -7))))"
                        + " (call $message (local.get 0) (local.get 1) (local.get 2) (local.get 3)))"));

        assertThrows(ModuleException.class, () -> guest.process(mixed()));
        assertEquals(java.util.List.of(), fixture.batches);
        guest.process(mixed());

        assertEquals(java.util.List.of("press/temperature=run"), fixture.messages);
        assertEquals(
                java.util.List.of(1.0, 3.0),
                fixture.batches.stream().map(b -> b.asDouble(0)).toList());
    }

    @Test
    void aFaultInTheMiddleOfABatchRepeatsNothingOfIt() throws Exception {
        // Traps on the text unless its state was restored: the number before the text was counted by then.
        Processor guest = processor(TestGuest.good()
                .emitting()
                .process(ECHO)
                .and("(func (export \"message\") (param i32 i32 i32 i32) (result i32)"
                        + " (if (i32.eqz (i32.load (i32.const 20))) (then unreachable)) (i32.const 0))")
                .restore("(i32.store (i32.const 20) (i32.const 1))"
                        + " (i32.store (i32.const 16) (i32.load (local.get 0))) (i32.const 0)"));
        guest.process(fixture.batch(1));
        assertThrows(ModuleException.class, () -> guest.process(mixed()));
        Await.until("the back-off to pass", () -> guest.timerDueNanos() - System.nanoTime() <= 0);

        guest.process(mixed());

        assertEquals(3, count(guest));
        assertEquals(2, fixture.batches.size());
        assertEquals(2, fixture.batches.get(1).size());
    }

    @Test
    void textForAGuestThatTakesNoMessagesIsLeftOutCountedAndTold() throws Exception {
        WasmModule module =
                fixture.module(TestGuest.good().emitting().process(ECHO).wasm(META), LaneFixture.QUICK);
        Processor guest = fixture.processor(module);

        guest.process(mixed());
        guest.process(mixed());

        assertEquals(2, fixture.batches.size());
        assertEquals(3.0, fixture.batches.get(1).asDouble(1));
        assertEquals(ModuleState.READY, module.status().state());
        assertTrue(
                module.status()
                        .reason()
                        .startsWith(
                                "2 readings of text or bytes were left out: the module exports no function 'message'"),
                module.status().reason());
    }

    @Test
    void closingEndsTheLaneAndCountsNothing() throws Exception {
        WasmModule module = fixture.module(TestGuest.good().wasm(META), LaneFixture.QUICK);
        Processor guest = fixture.processor(module);
        assertEquals(1, module.status().instances());
        assertTrue(module.status().memoryBytes() >= 65_536);
        guest.close();
        guest.close();
        assertEquals(0, module.status().instances());
        assertEquals(0, module.status().memoryBytes());
        assertThrows(ModuleException.class, () -> guest.process(fixture.batch(1)));
        assertEquals(0, module.status().faults());
        module.close();
        assertThrows(
                ModuleException.class,
                () -> module.newProcessor(new StageContext("flow/stage", StageContext.NO_CONFIG, fixture)));
        assertFalse(module.status().instances() > 0);
    }
}
