/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static io.bascule.core.flow.TrafficBench.TIME;
import static io.bascule.core.flow.TrafficBench.countingUp;
import static io.bascule.core.flow.TrafficBench.route;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.flow.FlowStatus.State;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.api.module.traffic.ModuleTraffic;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.api.module.traffic.VersionTraffic;
import io.bascule.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Routes, standby, fallback, pause and what is counted, on a running flow. */
@Timeout(60)
class ModuleRouterTest {

    private TrafficBench traffic;
    private FakeModule first;
    private FakeModule second;
    private Bench bench;
    private TrafficControl router;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        traffic = new TrafficBench(folder);
        first = traffic.first;
        second = traffic.second;
        bench = traffic.bench;
        router = traffic.router;
    }

    @AfterEach
    void close() {
        traffic.close();
    }

    private void awaitCollected(int count) {
        traffic.awaitCollected(count);
    }

    private VersionTraffic figures(String version) {
        return traffic.figures(version);
    }

    private void runFirst() throws Exception {
        traffic.runFirst();
    }

    @Test
    void sendsEverythingToTheVersionThatTheRouteNamesAlsoWhenAHigherOneIsThere() throws Exception {
        runFirst();
        bench.publish(0, 10);
        awaitCollected(10);
        assertEquals(0, second.instances.size());

        router.route("counter", route("all 1.1.0"), Handover.STATE, TIME);

        assertEquals("counter 1.1.0", bench.stage("work").module());
        assertTrue(first.instances.get(0).isClosed, "who leaves the route is closed when the call returns");
        assertEquals(10, second.instances.get(0).seen, "the state was handed over");
        bench.publish(10, 10);
        awaitCollected(20);
        assertEquals(countingUp(20), bench.collector.values);
    }

    @Test
    void givesNoStateWhenNoneIsToBeHandedOver() throws Exception {
        runFirst();
        bench.publish(0, 10);
        awaitCollected(10);

        router.route("counter", route("all 1.1.0"), Handover.NONE, TIME);

        assertEquals(0, second.instances.get(0).seen);
    }

    @Test
    void keepsAStandbyWarmWithTheStateItHasAndGoesBackToItAtOnce() throws Exception {
        runFirst();
        bench.publish(0, 10);
        awaitCollected(10);
        router.route("counter", route("all 1.1.0", "1.0.0"), Handover.STATE, TIME);
        FakeModule.Counting old = first.instances.get(0);
        assertFalse(old.isClosed);
        bench.publish(10, 5);
        awaitCollected(15);

        router.route("counter", route("all 1.0.0"), Handover.STATE, TIME);

        assertEquals(1, first.instances.size(), "no new instance was made");
        assertEquals(10, old.seen, "it went on with its own state");
        assertTrue(second.instances.get(0).isClosed);
        bench.publish(15, 5);
        awaitCollected(20);
        assertEquals(countingUp(20), bench.collector.values);
    }

    @Test
    void givesWhatABadCandidateFailsOnToTheFallbackSoThatNothingIsLostOrDoubled() throws Exception {
        runFirst();
        second.behaviour = (batch, instance) -> {
            // It sends and fails then: what it has sent must not leave.
            instance.context.output().readings(batch);
            throw new ModuleException("a bad candidate");
        };
        router.route("counter", route("weighted 1.0.0=50 1.1.0=50", "1.0.0"), Handover.STATE, TIME);

        for (int i = 0; i < 100; i++) {
            bench.publish(i, 1);
            int sent = i + 1;
            Await.until("the reading", () -> bench.collector.values.size() == sent);
        }

        assertEquals(countingUp(100), bench.collector.values);
        assertEquals(50, figures("1.1.0").faults());
        assertEquals(50, figures("1.1.0").fallbacks());
        assertEquals(0, figures("1.1.0").readingsOut());
        assertEquals("a bad candidate", figures("1.1.0").lastFault());
        assertEquals(100, figures("1.0.0").readingsOut());
        assertEquals(50, bench.stage("work").faults());
        assertEquals(0, bench.stage("work").readingsDropped());
    }

    @Test
    void countsWhatTheFallbackDidBeforeItsResultsLeave() throws Exception {
        bench.engine.register(first, 1);
        bench.engine.register(second, 2);
        second.behaviour = (batch, instance) -> {
            throw new ModuleException("a bad candidate");
        };
        router.route("counter", route("all 1.1.0", "1.0.0"), Handover.STATE, TIME);
        bench.put(
                "f",
                Bench.moduleFlow(", \"batch\":{\"size\":1}")
                        .replace("\"collect\"", "\"collect\",\"batch\":{\"size\":1},\"queue\":{\"capacity\":1}"));
        bench.awaitState(State.RUNNING);
        bench.collector.gate = new CountDownLatch(1);

        // One is with the sink, which stands, one waits in its queue, and the third is held back on its way there.
        bench.publish(0, 3);

        Await.until("the third to be counted", () -> figures("1.1.0").fallbacks() == 3);
        assertEquals(List.of(), bench.collector.values);
        bench.collector.gate.countDown();
        awaitCollected(3);
        assertEquals(countingUp(3), bench.collector.values);
    }

    @Test
    void dropsUnderTodaysRulesWhenTheFallbackFailsToo() throws Exception {
        runFirst();
        first.behaviour = (batch, instance) -> {
            throw new ModuleException("the fallback fails");
        };
        second.behaviour = (batch, instance) -> {
            throw new ModuleException("the candidate fails");
        };
        router.route("counter", route("all 1.1.0", "1.0.0"), Handover.STATE, TIME);

        bench.publish(0, 3);

        Await.until("the drop", () -> bench.stage("work").readingsDropped() == 3);
        assertEquals(6, bench.stage("work").faults());
        assertEquals(0, figures("1.1.0").fallbacks());
        assertEquals(3, figures("1.0.0").faults());
    }

    @Test
    void countsCallsThatTakeLongerThanTheDeadline() throws Exception {
        runFirst();
        router.route(
                "counter",
                new Route(TrafficRule.parse("all 1.0.0"), Set.of(), Optional.empty(), Duration.ofNanos(1)),
                Handover.STATE,
                TIME);
        bench.publish(0, 5);
        awaitCollected(5);

        Await.until("the miss", () -> figures("1.0.0").deadlineMisses() == 5);
        assertEquals(5, figures("1.0.0").calls());
        assertEquals(5, figures("1.0.0").readingsIn());
        assertEquals(5, figures("1.0.0").readingsOut());
        assertTrue(figures("1.0.0").p50Nanos() > 0);
        assertTrue(figures("1.0.0").p95Nanos() >= figures("1.0.0").p50Nanos());
    }

    @Test
    void refusesAVersionThatIsNotThereAndSaysWhichAre() throws Exception {
        runFirst();

        ModuleException refused = assertThrows(
                ModuleException.class, () -> router.route("counter", route("all 2.0.0"), Handover.STATE, TIME));

        assertTrue(
                String.valueOf(refused.getMessage()).contains("version 2.0.0 is not ready; ready are [1.0.0, 1.1.0]"),
                refused::toString);
        assertEquals(route("all 1.0.0"), router.traffic("counter").route());
    }

    @Test
    void refusesAVersionThatAStageDoesNotTake() throws Exception {
        bench.engine.register(first, 1);
        bench.engine.register(second, 2);
        bench.put("f", Bench.moduleFlow(", \"version\":\"[1.0,1.1)\""));
        bench.awaitState(State.RUNNING);

        ModuleException refused = assertThrows(
                ModuleException.class, () -> router.route("counter", route("all 1.1.0"), Handover.STATE, TIME));

        assertTrue(String.valueOf(refused.getMessage()).contains("stage f/work takes versions"), refused::toString);
    }

    @Test
    void pausesWithInstancesAndStatesAndGoesOnWhereItStood() throws Exception {
        runFirst();
        bench.publish(0, 10);
        awaitCollected(10);

        router.pause("counter", TIME);
        for (int i = 10; i < 20; i++) {
            bench.publish(i, 1);
        }

        assertTrue(router.traffic("counter").isPaused());
        assertTrue(bench.status().reason().contains("paused, input is held"), bench.status()::reason);
        assertEquals(10, bench.collector.values.size());
        assertEquals("counter 1.0.0", bench.stage("work").module());
        router.resume("counter");
        awaitCollected(20);
        assertEquals(countingUp(20), bench.collector.values);
        Await.until("the count", () -> first.instances.get(0).seen == 20);
        assertEquals(1, first.instances.size());
        assertFalse(bench.status().reason().contains("paused"));
    }

    @Test
    void pausesStagesThatComeLater() throws Exception {
        bench.engine.register(first, 1);
        router.pause("counter", TIME);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);

        bench.publish(0, 5);

        Await.until("the input to wait", () -> bench.stage("work").queued() > 0);
        assertEquals(0, first.instances.get(0).seen);
        router.resume("counter");
        awaitCollected(5);
    }

    @Test
    void goesOnWhenAStageDoesNotStandInTime() throws Exception {
        runFirst();
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        first.behaviour = (batch, instance) -> {
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

        ModuleException late =
                assertThrows(ModuleException.class, () -> router.pause("counter", Duration.ofMillis(20)));

        assertTrue(String.valueOf(late.getMessage()).contains("stage f/work does not stand"), late::toString);
        assertFalse(router.traffic("counter").isPaused());
        gate.countDown();
        awaitCollected(1);
    }

    @Test
    void switchesWhilePaused() throws Exception {
        runFirst();
        bench.publish(0, 7);
        awaitCollected(7);
        router.pause("counter", TIME);

        router.route("counter", route("all 1.1.0"), Handover.STATE, TIME);

        assertEquals(7, second.instances.get(0).seen);
        bench.publish(7, 3);
        router.resume("counter");
        awaitCollected(10);
        assertEquals(countingUp(10), bench.collector.values);
    }

    @Test
    void tellsTheTrafficOfAModuleThatNoStageNames() {
        ModuleTraffic none = router.traffic("nobody");

        assertEquals(TrafficRule.LATEST, none.route().rule());
        assertEquals(List.of(), none.stages());
        assertEquals(List.of(), none.versions());
        assertEquals(List.of(), router.list());
    }
}
