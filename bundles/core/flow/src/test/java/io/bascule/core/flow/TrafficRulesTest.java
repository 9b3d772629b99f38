/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static io.bascule.core.flow.TrafficBench.TIME;
import static io.bascule.core.flow.TrafficBench.countingUp;
import static io.bascule.core.flow.TrafficBench.route;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.World;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.testkit.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules with several versions, on a running flow. */
@Timeout(60)
class TrafficRulesTest {

    private TrafficBench traffic;
    private Bench bench;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        traffic = new TrafficBench(folder);
        bench = traffic.bench;
    }

    @AfterEach
    void close() {
        traffic.close();
    }

    private FakeModule.Counting of(FakeModule module) {
        return module.instances.get(module.instances.size() - 1);
    }

    @Test
    void dividesBatchesByWeightExactlyAndInOrder() throws Exception {
        traffic.runFirst();
        traffic.router.route("counter", route("weighted 1.0.0=90 1.1.0=10"), Handover.NONE, TIME);
        assertEquals("counter 1.0.0=90 1.1.0=10", bench.stage("work").module());

        bench.publish(0, 300);

        traffic.awaitCollected(300);
        assertEquals(countingUp(300), bench.collector.values);
        assertEquals(270, of(traffic.first).seen);
        assertEquals(30, of(traffic.second).seen);
        assertEquals(270, traffic.figures("1.0.0").calls());
        assertEquals(30, traffic.figures("1.1.0").readingsOut());
    }

    @Test
    void givesBatchesInTurn() throws Exception {
        traffic.runFirst();
        traffic.router.route("counter", route("round-robin 1.0.0 1.1.0"), Handover.NONE, TIME);

        bench.publish(0, 100);

        traffic.awaitCollected(100);
        assertEquals(countingUp(100), bench.collector.values);
        assertEquals(50, of(traffic.first).seen);
        assertEquals(50, of(traffic.second).seen);
        assertEquals("counter round-robin 1.0.0 1.1.0", bench.stage("work").module());
    }

    @Test
    void holdsTheInputWhileAVersionOfTheRuleIsAwayAndThereIsNoFallback() throws Exception {
        traffic.runFirst();
        traffic.router.route("counter", route("round-robin 1.0.0 1.1.0"), Handover.NONE, TIME);

        bench.engine.removeModule(traffic.second);
        bench.publish(0, 10);

        Await.until("the input to wait", () -> bench.stage("work").queued() > 0);
        assertTrue(bench.status().reason().contains("input is held"), bench.status()::reason);
        bench.engine.register(traffic.second, 3);
        traffic.awaitCollected(10);
        assertEquals(countingUp(10), bench.collector.values);
    }

    @Test
    void givesWhatAVersionThatWentAwayWouldGetToTheFallback() throws Exception {
        traffic.runFirst();
        traffic.router.route("counter", route("round-robin 1.0.0 1.1.0", "1.0.0"), Handover.NONE, TIME);

        bench.engine.removeModule(traffic.second);
        bench.publish(0, 100);

        traffic.awaitCollected(100);
        assertEquals(countingUp(100), bench.collector.values);
        assertEquals(100, of(traffic.first).seen);
        assertTrue(bench.status().reason().contains("1.1.0"), bench.status()::reason);
    }

    @Test
    void triesOnlyThePartOfADividedBatchAgainThatFailed() throws Exception {
        // By channel, one version rests for a moment: what the other has done must not be done twice.
        int[] handles = new int[20];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = bench.channels
                    .openVirtual("machine/point-" + i, io.bascule.api.channel.ValueKind.F64, "")
                    .handle();
        }
        CountDownLatch mended = new CountDownLatch(3);
        traffic.second.behaviour = (batch, instance) -> {
            instance.context.output().readings(batch);
            mended.countDown();
            if (mended.getCount() > 0) {
                throw new ModuleException("rests", null, java.time.Duration.ofMillis(1));
            }
        };
        bench.engine.register(traffic.first, 1);
        bench.engine.register(traffic.second, 2);
        traffic.set("by-channel 1.0.0=50 1.1.0=50");
        bench.put("f", Bench.moduleFlow(", \"onFault\":\"retry\""));
        bench.awaitState(io.bascule.api.flow.FlowStatus.State.RUNNING);
        Batch.Builder builder = Batch.builder(handles.length);
        for (int handle : handles) {
            builder.add(handle, handle, 1);
        }

        bench.channels.publishVirtual(builder.build());

        traffic.awaitCollected(handles.length);
        Await.until("the retries", () -> bench.stage("work").faults() == 2);
        assertEquals(handles.length, bench.collector.values.size());
        assertEquals(handles.length, bench.collector.values.stream().distinct().count());
        assertEquals(1, traffic.figures("1.0.0").calls());
        assertEquals(3, traffic.figures("1.1.0").calls());
        assertEquals(0, bench.stage("work").readingsDropped());
    }

    @Test
    void countsAsDroppedOnlyThePartOfADividedBatchThatFailed() throws Exception {
        int[] handles = new int[20];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = bench.channels
                    .openVirtual("machine/point-" + i, io.bascule.api.channel.ValueKind.F64, "")
                    .handle();
        }
        traffic.second.behaviour = (batch, instance) -> {
            throw new ModuleException("fails for good");
        };
        bench.engine.register(traffic.first, 1);
        bench.engine.register(traffic.second, 2);
        traffic.set("by-channel 1.0.0=50 1.1.0=50");
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(io.bascule.api.flow.FlowStatus.State.RUNNING);
        Batch.Builder builder = Batch.builder(handles.length);
        for (int handle : handles) {
            builder.add(handle, handle, 1);
        }

        bench.channels.publishVirtual(builder.build());

        Await.until("the drop", () -> bench.stage("work").readingsDropped() > 0);
        long dropped = bench.stage("work").readingsDropped();
        traffic.awaitCollected(handles.length - (int) dropped);
        assertEquals(handles.length - dropped, traffic.figures("1.0.0").readingsOut());
    }

    @Test
    void showsACandidateEverythingAndLetsNothingOutThatItSays() throws Exception {
        traffic.runFirst();
        traffic.second.behaviour = (batch, instance) -> {
            double value = batch.asDouble(0);
            double told = value % 10 == 0 ? value + 1 : value * 1.0001;
            instance.context
                    .output()
                    .readings(Batch.builder(1).add(batch.channel(0), told, 1).build());
        };
        traffic.set("shadow 1.0.0 1.1.0 tolerance=0.001");
        assertEquals("counter 1.0.0 shadow 1.1.0", bench.stage("work").module());

        bench.publish(1, 20);

        traffic.awaitCollected(20);
        Await.until("the comparisons", () -> traffic.figures("1.1.0").compared() == 20);
        assertEquals(2, traffic.figures("1.1.0").different());
        assertEquals(countingUp(21).subList(1, 21), bench.collector.values);
        assertEquals(0, traffic.figures("1.0.0").compared());
        assertEquals(20, bench.stage("work").readingsOut());
    }

    @Test
    void comparesMessagesAndAlertsOfACandidateToo() throws Exception {
        traffic.runFirst();
        traffic.first.behaviour = (batch, instance) -> {
            instance.context.output().message("topic", new byte[] {1});
            instance.context.output().alert(new Alert("counter", 1, "", 1, 1, "text"));
        };
        traffic.second.behaviour = (batch, instance) -> {
            instance.context.output().message("topic", new byte[] {(byte) (batch.asDouble(0) == 1 ? 2 : 1)});
            instance.context
                    .output()
                    .alert(new Alert("counter", 1, "", 1, 1, batch.asDouble(0) == 2 ? "other" : "text"));
        };
        traffic.set("shadow 1.0.0 1.1.0");

        bench.publish(0, 4);

        Await.until("the comparisons", () -> traffic.figures("1.1.0").compared() == 4);
        assertEquals(2, traffic.figures("1.1.0").different());
        assertEquals(4, bench.alerts.raised.size());
        assertEquals(4, traffic.figures("1.0.0").messagesOut());
        assertEquals(4, traffic.figures("1.1.0").alertsOut());
    }

    @Test
    void aCandidateThatFailsTouchesNothing() throws Exception {
        traffic.runFirst();
        traffic.second.behaviour = (batch, instance) -> {
            throw new StackOverflowError();
        };
        traffic.set("shadow 1.0.0 1.1.0");

        bench.publish(0, 50);

        traffic.awaitCollected(50);
        assertEquals(countingUp(50), bench.collector.values);
        Await.until("the fault", () -> traffic.figures("1.1.0").faults() > 0);
        assertEquals(0, bench.stage("work").faults());
        assertEquals(0, bench.stage("work").readingsDropped());
    }

    @Test
    void leavesACandidateOutWhileTheStageLagsAndBringsItInStepAgain() throws Exception {
        traffic.runFirst();
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        traffic.first.behaviour = (batch, instance) -> {
            entered.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new ModuleException("interrupted", e);
            }
            instance.context.output().readings(batch);
        };
        traffic.set("shadow 1.0.0 1.1.0");
        bench.publish(0, 1);
        entered.await();
        for (int i = 1; i <= 60; i++) {
            bench.publish(i, 1);
        }
        Await.until(
                "a queue that is more than half full", () -> bench.stage("work").queued() > 40);

        gate.countDown();

        traffic.awaitCollected(61);
        bench.publish(61, 1);
        traffic.awaitCollected(62);
        Await.until("the candidate to be in step", () -> of(traffic.second).seen == 62);
        assertTrue(traffic.figures("1.1.0").compared() < 62, "it was left out for a while");
        assertEquals(0, traffic.figures("1.1.0").different());
        assertEquals(countingUp(62), bench.collector.values);
    }

    @Test
    void runsTheTimersOfTheRoutedAndNotOfThoseOnStandby() throws Exception {
        traffic.runFirst();
        traffic.set("round-robin 1.0.0 1.1.0");
        of(traffic.first).timerDue = System.nanoTime();
        of(traffic.second).timerDue = System.nanoTime();
        Await.until(
                "both timers",
                () -> of(traffic.first).timerRuns.get() == 1
                        && of(traffic.second).timerRuns.get() == 1);

        traffic.router.route("counter", route("all 1.0.0", "1.1.0"), Handover.STATE, TIME);
        of(traffic.first).timerDue = System.nanoTime();
        of(traffic.second).timerDue = System.nanoTime();

        Await.until(
                "the timer of the routed one", () -> of(traffic.first).timerRuns.get() == 2);
        bench.publish(0, 5);
        traffic.awaitCollected(5);
        assertEquals(1, of(traffic.second).timerRuns.get());
        assertFalse(of(traffic.second).isClosed);
    }

    @Test
    void neverCallsAVersionWithMoreThanItWants() throws Exception {
        FakeModule small = new FakeModule("counter", "1.2.0", World.PROCESSOR, 3);
        traffic.runFirst();
        bench.engine.register(small, 3);
        // A flow that restarts takes nothing in: readings come when the new document runs.
        bench.put("f", Bench.moduleFlow(", \"queue\":{\"capacity\":77}"));
        Await.until("the new document", () -> bench.stage("work").capacity() == 77);
        bench.awaitState(io.bascule.api.flow.FlowStatus.State.RUNNING);
        traffic.router.route("counter", route("round-robin 1.0.0 1.2.0"), Handover.NONE, TIME);
        assertEquals("counter round-robin 1.0.0 1.2.0", bench.stage("work").module());

        bench.publish(0, 100);

        traffic.awaitCollected(100);
        assertEquals(countingUp(100), bench.collector.values);
        assertTrue(
                traffic.figures("1.2.0").calls() * 3 >= traffic.figures("1.2.0").readingsIn());
        assertEquals(List.of(), small.violations);
    }
}
