/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import io.bascule.core.lifecycle.store.DeploymentStore;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeConfigurationAdmin;
import io.bascule.testkit.ManualClock;
import io.bascule.testkit.fixture.Flavour;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A clock that jumps and a deployment as large as they come. */
class DeploymentBoundsTest {

    private static final Logger LOG = LoggerFactory.getLogger(DeploymentBoundsTest.class);
    private static final int MODULES = 200;
    private static final Duration TRIAL = Duration.ofMillis(300);

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new Rig(
                folder,
                new FakeConfigurationAdmin(),
                new FakeGrants(),
                Rig.LIMITS,
                clock,
                path -> DeploymentStore.open(path, 1000));
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void aTrialLastsAsLongAsItShouldWhateverTheClockSays() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        int minor = 0;
        for (Duration jump : List.of(Duration.ofDays(1), Duration.ofDays(-2), Duration.ofDays(30_000))) {
            minor++;
            long before = System.nanoTime();
            long id = rig.deployments.submit(
                    rig.plan(rig.put("press", "1." + minor + ".0", Flavour.NEXT))
                            .trialLasting(TRIAL),
                    Rig.WHO);
            Await.until(
                    "the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);

            clock.advance(jump);

            Deployment done = rig.end(id);
            assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
            assertTrue(System.nanoTime() - before >= TRIAL.toNanos(), "the trial was shortened by " + jump);
            HistoryEntry entry = rig.deployments.history(1).get(0);
            assertEquals(id, entry.deployment());
            assertEquals(jump, Duration.between(entry.began(), entry.ended()));
        }
        List<Long> ids = rig.deployments.history(10).stream()
                .map(HistoryEntry::deployment)
                .toList();
        assertEquals(ids.stream().sorted(Comparator.reverseOrder()).toList(), ids);
        assertEquals(4, rig.deployments.current().orElseThrow().number());
    }

    @Test
    void aTrialOfAnHourIsNotOverWhenTheClockJumpsADay() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        long id = rig.deployments.submit(
                rig.plan(rig.put("press", "1.1.0", Flavour.NEXT)).trialLasting(Duration.ofHours(1)), Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);

        clock.advance(Duration.ofDays(1));
        assertFalse(rig.deployments.await(id, Duration.ofMillis(100)).isDone());
        clock.advance(Duration.ofDays(-3));
        assertFalse(rig.deployments.await(id, Duration.ofMillis(100)).isDone());

        rig.deployments.cancel(id, Rig.WHO);
        assertEquals(Optional.of(Outcome.CANCELLED), rig.end(id).outcome());
    }

    @Test
    void twoHundredModulesComeAndChangeInOneGenerationEach() throws Exception {
        deployAll("1.0.0", Flavour.GOOD, 1);
        deployAll("1.1.0", Flavour.NEXT, 2);
        assertEquals(2, rig.deployments.generations().size());
    }

    private void deployAll(String version, Flavour flavour, int generation) throws Exception {
        List<ModuleChange> changes = new ArrayList<>();
        for (int i = 0; i < MODULES; i++) {
            changes.add(rig.put(name(i), version, flavour));
        }
        long before = System.nanoTime();
        // The bound is for a machine that builds something else meanwhile; it takes seconds.
        Deployment done = rig.deployments.await(
                rig.deployments.submit(rig.plan(changes.toArray(ModuleChange[]::new)), Rig.WHO), Duration.ofMinutes(3));
        LOG.info("deployed {} modules {} in {} ms", MODULES, version, (System.nanoTime() - before) / 1_000_000);
        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals(generation, done.toGeneration());
        assertEquals(expected(version), rig.bundles());
    }

    private static List<String> expected(String version) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < MODULES; i++) {
            all.add(name(i) + "@" + version + "*");
        }
        return all;
    }

    private static String name(int i) {
        return String.format("press-%03d", i);
    }
}
