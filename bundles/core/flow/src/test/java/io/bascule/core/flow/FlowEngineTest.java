/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowStatus.State;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.module.ModuleException;
import io.bascule.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FlowEngineTest {

    private Path data;
    private Bench bench;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        data = folder;
        bench = new Bench(folder);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static List<Double> countingUp(int count) {
        return IntStream.range(0, count).mapToObj(i -> (double) i).toList();
    }

    private void awaitCollected(int count) {
        Await.until(count + " readings at the sink", () -> bench.collector.values.size() >= count);
    }

    @Test
    void carriesReadingsFromAChannelThroughAModuleToASinkInOrderAndCountsThem() throws Exception {
        FakeModule module = new FakeModule("counter", "1.0.0");
        bench.engine.register(module, 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);

        for (int i = 0; i < 100; i++) {
            bench.publish(i * 10, 10);
        }

        awaitCollected(1000);
        assertEquals(countingUp(1000), bench.collector.values);
        assertEquals(1000, bench.stage("in").readingsIn());
        assertEquals(1000, bench.stage("in").readingsOut());
        assertEquals(1000, bench.stage("work").readingsIn());
        assertEquals(1000, bench.stage("work").readingsOut());
        Await.until("the sink to have counted", () -> bench.stage("out").readingsOut() == 1000);
        assertEquals("counter 1.0.0", bench.stage("work").module());
        assertEquals(List.of(), module.violations);
    }

    @Test
    void waitsForAModuleThatIsNotThereAndStartsByItselfWhenItComes() throws Exception {
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.WAITING);
        Await.until("the reason", () -> bench.status().reason().contains("module 'counter' is not ready"));

        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);

        bench.awaitState(State.RUNNING);
    }

    @Test
    void takesTheHighestVersionWithinTheRange() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.2.0"), 1);
        bench.engine.register(new FakeModule("counter", "1.10.0"), 2);
        bench.engine.register(new FakeModule("counter", "2.0.0"), 3);

        bench.put("f", Bench.moduleFlow(", \"version\":\"[1,2)\""));

        bench.awaitState(State.RUNNING);
        Await.until("the slot to be filled", () -> !bench.stage("work").module().isEmpty());
        assertEquals("counter 1.10.0", bench.stage("work").module());
    }

    @Test
    void exchangesVersionsUnderLoadWithoutLosingOrDoublingAnythingAndWithTheStateHandedOver() throws Exception {
        FakeModule first = new FakeModule("counter", "1.0.0");
        bench.engine.register(first, 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);

        int exchanges = 10;
        int perExchange = 300;
        for (int round = 0; round < exchanges; round++) {
            int base = round * perExchange;
            FakeModule next = new FakeModule("counter", "1.0." + (round + 1));
            for (int i = 0; i < perExchange; i += 3) {
                bench.publish(base + i, 3);
                if (i == perExchange / 2) {
                    bench.engine.register(next, round + 2);
                }
            }
            Await.until("the exchange to " + next.descriptor().version(), () -> bench.stage("work")
                    .module()
                    .endsWith(next.descriptor().version()));
            assertEquals(List.of(), next.violations);
        }

        int total = exchanges * perExchange;
        awaitCollected(total);
        assertEquals(countingUp(total), bench.collector.values);
        bench.publish(total, 1);
        awaitCollected(total + 1);
        assertEquals(0, bench.stage("work").readingsDropped());
        // The count went from instance to instance: none of the readings was seen twice or by nobody.
        assertEquals(1, first.instances.size());
        assertTrue(first.instances.get(0).isClosed);
        assertEquals(List.of(), first.violations);
    }

    @Test
    void handsTheWholeStateFromOneVersionToTheNext() throws Exception {
        FakeModule first = new FakeModule("counter", "1.0.0");
        FakeModule second = new FakeModule("counter", "1.1.0");
        bench.engine.register(first, 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        bench.publish(0, 500);
        awaitCollected(500);

        bench.engine.register(second, 2);
        Await.until("the exchange", () -> bench.stage("work").module().endsWith("1.1.0"));
        bench.publish(500, 7);
        awaitCollected(507);

        Await.until("the second to have counted on", () -> second.instances.get(0).seen == 507);
    }

    @Test
    void holdsItsInputWhileTheModuleIsAwayAndSaysSoAndGoesOnWithTheStateWhenItComesBack() throws Exception {
        FakeModule first = new FakeModule("counter", "1.0.0");
        bench.engine.register(first, 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        bench.publish(0, 100);
        awaitCollected(100);

        bench.engine.removeModule(first);
        assertTrue(
                first.instances.get(0).isClosed,
                "the instance must be released before the module's bundle goes on stopping");
        for (int i = 0; i < 20; i++) {
            bench.publish(100 + i, 1);
        }
        assertEquals(100, bench.collector.values.size());
        assertTrue(
                bench.status().reason().contains("module counter 1.0.0 has gone"),
                bench.status().reason());

        FakeModule second = new FakeModule("counter", "1.0.1");
        bench.engine.register(second, 2);
        awaitCollected(120);
        assertEquals(countingUp(120), bench.collector.values);
        Await.until("the state to be taken over", () -> second.instances.get(0).seen == 120);
    }

    @Test
    void keepsTheOldVersionWhenTheNewOneDoesNotTakeItsState() throws Exception {
        FakeModule first = new FakeModule("counter", "1.0.0");
        FakeModule second = new FakeModule("counter", "2.0.0");
        second.restoreRefusal = "state of version 1 is unknown here";
        bench.engine.register(first, 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        bench.publish(0, 10);
        awaitCollected(10);

        bench.engine.register(second, 2);

        Await.until("the refusal to be told", () -> bench.status().reason().contains("did not take over"));
        bench.publish(10, 10);
        awaitCollected(20);
        assertEquals("counter 1.0.0", bench.stage("work").module());
        assertTrue(second.instances.get(0).isClosed);
    }

    @Test
    void dropsAndCountsTheBatchesThatAModuleFailsOn() throws Exception {
        FakeModule module = new FakeModule("counter", "1.0.0");
        module.behaviour = (batch, instance) -> {
            if (batch.asDouble(0) == 1) {
                throw new ModuleException("does not like 1");
            }
            instance.context.output().readings(batch);
        };
        bench.engine.register(module, 1);
        bench.put("f", Bench.moduleFlow(", \"batch\":{\"size\":1}"));
        bench.awaitState(State.RUNNING);

        bench.publish(0, 3);

        awaitCollected(2);
        assertEquals(List.of(0.0, 2.0), bench.collector.values);
        assertEquals(1, bench.stage("work").readingsDropped());
        assertEquals(1, bench.stage("work").faults());
        assertEquals("does not like 1", bench.stage("work").lastFault());
    }

    @Test
    void triesAgainAsOftenAsTheStageSaysWhenTheModuleSaysThatItMayPass() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        FakeModule module = new FakeModule("counter", "1.0.0");
        module.behaviour = (batch, instance) -> {
            if (calls.incrementAndGet() <= 2) {
                throw new ModuleException("busy", null, Duration.ofMillis(1));
            }
            instance.context.output().readings(batch);
        };
        bench.engine.register(module, 1);
        bench.put("f", Bench.moduleFlow(", \"onFault\":\"retry\", \"retry\":{\"attempts\":2}"));
        bench.awaitState(State.RUNNING);

        bench.publish(0, 5);

        awaitCollected(5);
        assertEquals(3, calls.get());
        assertEquals(2, bench.stage("work").faults());
        assertEquals(0, bench.stage("work").readingsDropped());
    }

    @Test
    void neverCallsAModuleWithMoreReadingsThanItWants() throws Exception {
        FakeModule module = new FakeModule("counter", "1.0.0", io.bascule.api.module.World.PROCESSOR, 7);
        bench.engine.register(module, 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);

        bench.publish(0, 100);

        awaitCollected(100);
        assertEquals(countingUp(100), bench.collector.values);
    }

    @Test
    void runsTheTimersOfAModule() throws Exception {
        FakeModule module = new FakeModule("counter", "1.0.0");
        bench.engine.register(module, 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        Await.until("an instance at work", () -> !bench.stage("work").module().isEmpty());
        FakeModule.Counting instance = module.instances.get(0);

        instance.timerDue = System.nanoTime() + 1_000_000;

        Await.until("the timer", () -> instance.timerRuns.get() == 1);
    }

    @Test
    void staysStoppedOverARestartUntilStartedAgain() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        bench.engine.stop("f");

        bench.restart();
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.awaitState(State.STOPPED);

        bench.engine.start("f");
        bench.awaitState(State.RUNNING);
    }

    @Test
    void appliesAChangedDocumentWithoutTouchingOtherFlows() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.put("g", Bench.moduleFlow("").replace("\"f\"", "\"g\""));
        bench.awaitState(State.RUNNING);
        Await.until("g", () -> bench.engine
                .find("g")
                .filter(g -> g.state() == State.RUNNING)
                .isPresent());
        bench.publish(0, 10);
        awaitCollected(20);

        bench.put("f", Bench.moduleFlow(", \"queue\":{\"capacity\":7}"));

        Await.until("the new capacity", () -> bench.stage("work").capacity() == 7);
        long untouched = bench.engine.find("g").orElseThrow().stages().get(0).readingsIn();
        assertEquals(10, untouched);
    }

    @Test
    void keepsWhatRunsWhenAChangedDocumentIsWrong() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);

        bench.put("f", Bench.moduleFlow(", \"qeue\":{}"));

        Await.until("the complaint", () -> bench.status().reason().contains("did you mean 'queue'"));
        assertEquals(State.RUNNING, bench.status().state());
        bench.publish(0, 3);
        awaitCollected(3);
    }

    @Test
    void stopsAFlowWhoseDocumentIsRemoved() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);

        Files.delete(bench.folder.resolve("f.json"));

        Await.until("the flow to be gone", () -> bench.engine.find("f").isEmpty());
    }

    @Test
    void waitsAgainWhenAStageTypeGoes() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);

        bench.engine.removeStageFactory(bench.collector, Map.of(StageFactory.TYPE, "collect"));
        assertEquals(State.WAITING, bench.status().state());

        bench.engine.addStageFactory(bench.collector, Map.of(StageFactory.TYPE, "collect"));
        bench.awaitState(State.RUNNING);
    }

    @Test
    void refusesToStartWhatIsNotThereOrWrong() throws Exception {
        bench.put("f", "{\"name\":\"f\"}");
        bench.awaitState(State.INVALID);

        FlowException wrong = assertThrows(FlowException.class, () -> bench.engine.start("f"));
        FlowException missing = assertThrows(FlowException.class, () -> bench.engine.stop("g"));

        assertTrue(String.valueOf(wrong.getMessage()).contains("key 'stages' is missing"), wrong::toString);
        assertEquals("there is no flow 'g'; the flows are f", String.valueOf(missing.getMessage()));
    }

    @Test
    void startsItsSourcesOnceTheLastSlotIsFilledAndNotOnlyAtTheNextLook() throws Exception {
        bench.close();
        bench = new Bench(data.resolve("patient"), Duration.ofSeconds(5), Duration.ofMinutes(1));
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);

        bench.engine.addDocument(new FlowDocument() {
            @Override
            public String origin() {
                return "test";
            }

            @Override
            public String text() {
                return Bench.moduleFlow("");
            }
        });

        bench.awaitState(State.RUNNING);
        bench.publish(0, 5);
        awaitCollected(5);
    }

    @Test
    void saysThatAFlowWaitsWhileItRestartsWithAChangedDocument() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        bench.collector.gate = new CountDownLatch(1);
        bench.publish(0, 10);

        bench.put("f", Bench.moduleFlow(", \"queue\":{\"capacity\":7}"));

        bench.awaitState(State.WAITING);
        assertEquals("it restarts with the changed document", bench.status().reason());
        bench.collector.gate.countDown();
        Await.until("the new capacity", () -> bench.stage("work").capacity() == 7);
        bench.awaitState(State.RUNNING);
        assertEquals(countingUp(10), bench.collector.values, "what was accepted before is worked off");
        bench.publish(10, 1);
        awaitCollected(11);
    }
}
