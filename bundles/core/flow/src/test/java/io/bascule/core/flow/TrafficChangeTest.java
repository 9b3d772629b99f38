/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static io.bascule.core.flow.TrafficBench.TIME;
import static io.bascule.core.flow.TrafficBench.countingUp;
import static io.bascule.core.flow.TrafficBench.route;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.api.flow.FlowStatus.State;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.World;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Changes that fail, versions that come and go, configured rules. */
@Timeout(60)
class TrafficChangeTest {

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

    private ModuleException refusal(String rule) {
        return assertThrows(ModuleException.class, () -> traffic.set(rule));
    }

    /** Runs two flows that name the module. */
    private void runTwoFlows() throws Exception {
        traffic.runFirst();
        bench.put("g", Bench.moduleFlow("").replace("\"f\"", "\"g\""));
        Await.until("g", () -> bench.engine
                .find("g")
                .filter(g -> g.state() == State.RUNNING)
                .isPresent());
        bench.publish(0, 10);
        traffic.awaitCollected(20);
        assertEquals(
                List.of("f/work", "g/work"), traffic.router.traffic("counter").stages());
    }

    @Test
    void leavesEveryStageAsItWasWhenOneDoesNotGoOver() throws Exception {
        runTwoFlows();
        traffic.second.restoreRefusal = "state of version 1 is unknown here";
        traffic.second.refusingOwner = "g/work";

        ModuleException failed = refusal("all 1.1.0");

        assertTrue(String.valueOf(failed.getMessage()).contains("every stage is as before"), failed::toString);
        assertTrue(String.valueOf(failed.getMessage()).contains("state of version 1 is unknown"), failed::toString);
        assertEquals("counter 1.0.0", bench.stage("work").module());
        assertEquals(route("all 1.0.0"), traffic.router.traffic("counter").route());
        assertEquals(2, traffic.first.instances.size());
        for (FakeModule.Counting old : traffic.first.instances) {
            assertFalse(old.isClosed);
            assertEquals(10, old.seen, "its state is untouched");
        }
        assertEquals(2, traffic.second.instances.size());
        assertTrue(traffic.second.instances.stream().allMatch(made -> made.isClosed));
        bench.publish(10, 5);
        traffic.awaitCollected(30);
        Await.until(
                "the old ones to go on", () -> traffic.first.instances.stream().allMatch(old -> old.seen == 15));
    }

    @Test
    void leavesEveryStageAsItWasWhenAnInstanceCannotBeMade() throws Exception {
        runTwoFlows();
        traffic.second.refusal = "no memory left";

        ModuleException failed = refusal("weighted 1.0.0=90 1.1.0=10");

        assertTrue(String.valueOf(failed.getMessage()).contains("no memory left"), failed::toString);
        assertEquals("counter 1.0.0", bench.stage("work").module());
        assertTrue(traffic.first.instances.stream().noneMatch(old -> old.isClosed));
    }

    @Test
    void goesBackWhenAStageDoesNotReachABoundaryInTime() throws Exception {
        runTwoFlows();
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        traffic.first.behaviour = (batch, instance) -> {
            if (instance.context.owner().equals("g/work")) {
                entered.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new ModuleException("interrupted", e);
                }
            }
            instance.context.output().readings(batch);
        };
        bench.publish(10, 1);
        entered.await();

        ModuleException failed = assertThrows(
                ModuleException.class,
                () -> traffic.router.route("counter", route("all 1.1.0"), Handover.STATE, Duration.ofMillis(100)));

        assertTrue(String.valueOf(failed.getMessage()).contains("g/work took longer"), failed::toString);
        assertEquals("counter 1.0.0", bench.stage("work").module());
        gate.countDown();
        traffic.awaitCollected(22);
        assertTrue(traffic.second.instances.stream().allMatch(made -> made.isClosed));
        traffic.set("all 1.1.0");
        assertEquals("counter 1.1.0", bench.stage("work").module());
    }

    @Test
    void letsARouteThatIsSetHaveTheWordBeforeAVersionThatCameJustBefore() throws Exception {
        bench.engine.register(traffic.first, 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
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
        bench.publish(0, 1);
        entered.await();
        // The higher version is made by everyday's rule; the stage would go over to it after the call it is in.
        bench.engine.register(traffic.second, 2);
        Await.until("an instance", () -> traffic.second.instances.size() == 1);
        Thread opener = new Thread(() -> {
            Await.until(
                    "the change to begin", () -> traffic.router.desk("counter").isChanging());
            gate.countDown();
        });
        opener.start();

        traffic.set("all 1.0.0");

        opener.join();
        assertEquals("counter 1.0.0", bench.stage("work").module());
        assertEquals(1, traffic.first.instances.size());
        assertFalse(traffic.first.instances.get(0).isClosed, "it has worked on all the time");
        Await.until("the one in vain to be closed", () -> traffic.second.instances.get(0).isClosed);
        traffic.awaitCollected(1);
    }

    @Test
    void keepsTheStateOverAGapWhenTheNewcomerRefusesItAndGivesItToTheOldVersionWhenThatComesBack() throws Exception {
        traffic.runFirst();
        bench.publish(0, 10);
        traffic.awaitCollected(10);
        traffic.second.restoreRefusal = "unknown state";

        bench.engine.removeModule(traffic.first);
        for (int i = 10; i < 15; i++) {
            bench.publish(i, 1);
        }
        ModuleException failed = refusal("all 1.1.0");
        assertTrue(String.valueOf(failed.getMessage()).contains("unknown state"), failed::toString);
        assertEquals(10, bench.collector.values.size(), "the input is held");

        FakeModule again = new FakeModule("counter", "1.0.0");
        bench.engine.register(again, 3);
        traffic.awaitCollected(15);
        assertEquals(countingUp(15), bench.collector.values);
        Await.until("the state", () -> again.instances.get(0).seen == 15);
        assertEquals(List.of(), again.violations);
    }

    @Test
    void handsTheStateOverTheGapOfAStopFirstUpdateAndBackWhenTheNewVersionIsGivenUp() throws Exception {
        traffic.runFirst();
        bench.publish(0, 10);
        traffic.awaitCollected(10);

        bench.engine.removeModule(traffic.first);
        bench.publish(10, 1);
        traffic.set("all 1.1.0");
        traffic.awaitCollected(11);
        Await.until("the state to be taken over", () -> traffic.second.instances.get(0).seen == 11);
        bench.engine.removeModule(traffic.second);
        bench.publish(11, 1);
        FakeModule again = new FakeModule("counter", "1.0.0");
        bench.engine.register(again, 3);
        traffic.set("all 1.0.0");

        traffic.awaitCollected(12);
        assertEquals(countingUp(12), bench.collector.values);
        Await.until("the state", () -> again.instances.get(0).seen == 12);
    }

    @Test
    void startsWithoutTheStateWhenNoDeploymentDecidesAndKeepsItForTheOldVersion() throws Exception {
        bench.engine.register(traffic.first, 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        bench.publish(0, 10);
        traffic.awaitCollected(10);
        traffic.second.restoreRefusal = "unknown state";
        bench.engine.removeModule(traffic.first);

        bench.engine.register(traffic.second, 2);
        traffic.awaitModule("counter 1.1.0");
        bench.publish(10, 1);
        traffic.awaitCollected(11);
        Await.until("a count from nothing", () -> traffic.second.instances.get(0).seen == 1);
        bench.engine.removeModule(traffic.second);
        FakeModule again = new FakeModule("counter", "1.0.0");
        bench.engine.register(again, 3);

        traffic.awaitModule("counter 1.0.0");
        assertEquals(10, again.instances.get(0).seen);
    }

    @Test
    void followsAConfiguredRuleAndItsChangesWithoutLoss() throws Exception {
        bench.engine.register(traffic.first, 1);
        bench.engine.register(traffic.second, 2);
        bench.put("f", Bench.moduleFlow(", \"batch\":{\"size\":1}"));
        traffic.awaitModule("counter 1.1.0");
        bench.awaitState(State.RUNNING);

        traffic.configure(Map.of("counter", "weighted 1.0.0=50 1.1.0=50", "counter.fallback", "1.0.0"));
        traffic.awaitModule("counter 1.0.0=50 1.1.0=50");
        assertTrue(traffic.router.traffic("counter").isConfigured());
        bench.publish(0, 10);
        traffic.configure(Map.of("counter", "all 1.0.0"));
        bench.publish(10, 10);
        traffic.awaitModule("counter 1.0.0");
        traffic.configure(Map.of());
        traffic.awaitModule("counter 1.1.0");
        bench.publish(20, 10);

        traffic.awaitCollected(30);
        assertEquals(countingUp(30), bench.collector.values);
        assertFalse(traffic.router.traffic("counter").isConfigured());
    }

    @Test
    void keepsTheRuleBeforeWhenAConfiguredOneIsWrongAndSaysSo() throws Exception {
        traffic.configure(Map.of("counter", "all 1.0.0"));
        bench.engine.register(traffic.first, 1);
        bench.engine.register(traffic.second, 2);
        bench.put("f", Bench.moduleFlow(""));
        traffic.awaitModule("counter 1.0.0");

        traffic.configure(Map.of("counter", "weighted 1.0.0=50 1.1.0=60"));

        assertEquals(route("all 1.0.0"), traffic.router.traffic("counter").route());
        String trouble = traffic.router.traffic("counter").trouble();
        assertTrue(trouble.contains("sum up to 100, got 110"), trouble);
        assertEquals("counter 1.0.0", bench.stage("work").module());
    }

    @Test
    void worksByLatestWhileAConfiguredVersionIsNotThereAndSaysSo() throws Exception {
        traffic.configure(Map.of("counter", "weighted 1.0.0=50 1.1.0=50"));
        bench.engine.register(traffic.first, 1);
        bench.put("f", Bench.moduleFlow(""));

        traffic.awaitModule("counter 1.0.0");

        String trouble = traffic.router.traffic("counter").trouble();
        assertTrue(trouble.contains("names 1.1.0, which is not ready; 'latest' works meanwhile"), trouble);
        bench.engine.register(traffic.second, 2);
        traffic.awaitModule("counter 1.0.0=50 1.1.0=50");
        assertEquals("", traffic.router.traffic("counter").trouble());
    }

    @Test
    void givesADeploymentsRouteTheWordBeforeConfigurationUntilItIsGivenBack() throws Exception {
        traffic.runFirst();
        traffic.configure(Map.of("counter", "round-robin 1.0.0 1.1.0"));
        bench.publish(0, 5);
        traffic.awaitCollected(5);
        assertEquals("counter 1.0.0", bench.stage("work").module());

        traffic.set("latest");

        assertEquals("counter round-robin 1.0.0 1.1.0", bench.stage("work").module());
        assertTrue(traffic.router.traffic("counter").isConfigured());
    }

    @Test
    void tagsResultsWithTheirVersionWhenThatIsConfigured() throws Exception {
        traffic.runFirst();
        FakeModule.Behaviour everything = (batch, instance) -> {
            instance.context.output().readings(batch);
            instance.context.output().message("press/state", new byte[] {1});
            instance.context.output().alert(new Alert("counter", 1, "", 1, 1, "text"));
        };
        traffic.first.behaviour = everything;
        traffic.second.behaviour = everything;
        traffic.set("round-robin 1.0.0 1.1.0");

        traffic.configure(Map.of("counter.tagged", "true"));
        bench.publish(0, 2);

        Await.until("two messages", () -> bench.collector.messages.size() == 2);
        assertEquals(countingUp(2), bench.collector.values);
        assertEquals(
                List.of("machine/temperature/1.0.0", "machine/temperature/1.1.0"),
                bench.collector.channels.stream()
                        .map(handle -> bench.channels.find(handle).orElseThrow().name())
                        .toList());
        assertEquals(List.of("press/state/1.0.0=\u0001", "press/state/1.1.0=\u0001"), bench.collector.messages);
        assertEquals(
                List.of("counter@1.0.0", "counter@1.1.0"),
                bench.alerts.raised.stream().map(Alert::source).toList());
        Channel tagged = bench.channels.find("machine/temperature/1.1.0").orElseThrow();
        assertEquals("degC", tagged.unit());
        traffic.configure(Map.of());
        bench.publish(2, 1);
        traffic.awaitCollected(3);
        assertEquals(bench.channel.handle(), bench.collector.channels.get(2));
    }

    @Test
    void losesNoFrameWhoseHalvesMeetTwoVersionsAndGivesThoseThatAVersionFailsOnToTheFallback() throws Exception {
        FakeModule old = new FakeModule("counter", "1.0.0", World.DECODER, Batch.SIZE_MAX);
        FakeModule fresh = new FakeModule("counter", "1.1.0", World.DECODER, Batch.SIZE_MAX);
        fresh.corrupt = 3;
        try (DeviceSession plc = bench.channels.openDevice(
                new DeviceDescriptor(
                        "plc",
                        "test",
                        List.of(new DeviceDescriptor.Point(
                                "plc/frames", ValueKind.BYTES, Channel.Access.READ, "", ""))),
                DeviceWriter.READ_ONLY)) {
            bench.engine.register(old, 1);
            bench.engine.register(fresh, 2);
            traffic.set("all 1.0.0");
            bench.put("f", Bench.moduleFlow("").replace("machine/*", "plc/*"));
            bench.awaitState(State.RUNNING);
            int frames = plc.channel("plc/frames").handle();
            publish(plc, frames, 0, 5, 0);
            traffic.awaitCollected(1);

            traffic.router.route("counter", route("all 1.1.0", "1.0.0"), Handover.STATE, TIME);
            publish(plc, frames, 6, 3);
            // The second byte ends a frame that version 1.1.0 fails on; the fallback needs the first one too.
            publish(plc, frames, 7);
            publish(plc, frames, 0, 8);

            traffic.awaitCollected(4);
            assertEquals(List.of(5.0, 6.0, 3 * 256.0 + 7, 8.0), bench.collector.values);
            assertEquals(1, traffic.figures("1.1.0").fallbacks());
        }
    }

    private static void publish(DeviceSession device, int channel, int... bytes) {
        byte[] frame = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            frame[i] = (byte) bytes[i];
        }
        device.publish(Batch.of(new Reading(channel, new Value.Bytes(frame), Quality.GOOD, 1)));
    }
}
