/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.CanaryStep;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Preview;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.Await;
import io.bascule.testkit.fixture.Flavour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** Deployments of native modules in a real framework; how traffic really follows is shown where flows are. */
class DeploymentServiceTest {

    @TempDir
    Path folder;

    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new Rig(folder);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void theFirstDeploymentMakesTheFirstGeneration() throws Exception {
        Deployment done = rig.deploy("press", "1.0.0", Flavour.GOOD);

        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals(1, done.toGeneration());
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
        assertEquals(
                "1.0.0",
                rig.deployments
                        .current()
                        .orElseThrow()
                        .find("press")
                        .orElseThrow()
                        .version());
        HistoryEntry entry = rig.deployments.history(10).get(0);
        assertEquals("operator:ada", entry.who());
        assertEquals(done.modules(), entry.modules());
        assertEquals(64, entry.modules().get(0).digest().length());
    }

    @Test
    void anUpdateRunsBesideTheOldVersionBeforeItReplacesIt() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        rig.router.routes.clear();

        Deployment done = rig.deploy("press", "1.1.0", Flavour.NEXT);

        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals(
                List.of("press: all 1.0.0", "press: all 1.1.0 beside [1.0.0]", "press: all 1.1.0"), rig.router.routes);
        assertEquals(List.of("press@1.1.0*"), rig.bundles());
        assertEquals(2, rig.deployments.generations().size());
    }

    @ParameterizedTest
    @CsvSource({
        "DOES_NOT_RESOLVE, RESOLVE, FAILED, com.example.nowhere",
        "THROWS_ON_START, STAGE, FAILED, does not start",
        "ENDLESS_START, STAGE, FAILED, did not end within",
        "FAILS_SELF_TEST, STAGE, FAILED, expected a reading of 1"
    })
    void aBrokenVersionIsRefusedAndTheOldOneNeverStopped(Flavour flavour, Step step, Outcome outcome, String reason)
            throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);

        Deployment done = rig.deploy("press", "1.1.0", flavour);

        assertEquals(Optional.of(outcome), done.outcome(), done.reason());
        assertEquals(step, done.step(), done.reason());
        assertTrue(done.reason().contains(reason) && done.reason().contains("press"), done.reason());
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
        assertEquals(1, rig.deployments.current().orElseThrow().number());
        assertEquals(outcome, rig.deployments.history(1).get(0).outcome());
    }

    @Test
    void aVersionThatFaultsInItsTrialIsRolledBack() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        rig.router.says("press", "1.1.0", 50, 1, 1000, 5000);
        rig.router.routes.clear();

        Deployment done = rig.deploy("press", "1.1.0", Flavour.NEXT);

        assertEquals(Optional.of(Outcome.ROLLED_BACK), done.outcome());
        assertEquals("step trial: press: expected at most 0 failed calls, got 1; the last: it broke", done.reason());
        assertEquals(
                List.of("press: all 1.0.0", "press: all 1.1.0 beside [1.0.0]", "press: all 1.0.0", "press: all 1.0.0"),
                rig.router.routes);
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
        assertEquals(1, rig.deployments.history(1).get(0).rollbacks());
    }

    @Test
    void stateThatIsRefusedFailsTheSwitchAndTheOldVersionGoesOn() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        rig.router.refusals.put("all 1.1.0", "press 1.1.0 refuses the state of 1.0.0");

        Deployment done = rig.deploy("press", "1.1.0", Flavour.REFUSES_STATE);

        assertEquals(Optional.of(Outcome.ROLLED_BACK), done.outcome());
        assertEquals("step switch: press 1.1.0 refuses the state of 1.0.0", done.reason());
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
    }

    @Test
    void aCanaryGetsItsSharesStepByStep() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        rig.router.routes.clear();

        Deployment done = rig.run(rig.plan(rig.put("press", "1.1.0", Flavour.NEXT))
                .withCanary(List.of(
                        new CanaryStep(0, Duration.ofMillis(20)),
                        new CanaryStep(10, Duration.ofMillis(20)),
                        new CanaryStep(50, Duration.ofMillis(20)))));

        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals(
                List.of(
                        "press: all 1.0.0",
                        "press: shadow 1.0.0 1.1.0 tolerance=0.0",
                        "press: weighted 1.0.0=90 1.1.0=10",
                        "press: weighted 1.0.0=50 1.1.0=50",
                        "press: all 1.1.0 beside [1.0.0]",
                        "press: all 1.1.0"),
                rig.router.routes);
    }

    @Test
    void severalModulesComeTogetherOrNotAtAll() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);

        Deployment failed = rig.run(rig.plan(
                rig.put("press", "1.1.0", Flavour.NEXT),
                rig.put("oven", "1.0.0", Flavour.GOOD),
                rig.put("crane", "1.0.0", Flavour.FAILS_SELF_TEST)));

        assertEquals(Optional.of(Outcome.FAILED), failed.outcome());
        assertTrue(failed.reason().contains("crane@1.0.0"), failed.reason());
        assertEquals(List.of("press@1.0.0*"), rig.bundles());

        Deployment done =
                rig.run(rig.plan(rig.put("press", "1.1.0", Flavour.NEXT), rig.put("oven", "1.0.0", Flavour.GOOD)));

        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals(List.of("oven@1.0.0*", "press@1.1.0*"), rig.bundles());
    }

    @Test
    void whatWasPromisedIsComparedWithWhatCame() throws Exception {
        String url = rig.artefact("press", "1.0.0", Flavour.GOOD).toUri().toString();

        Deployment done = rig.run(rig.plan(new ModuleChange.Put(
                "press",
                "1.0.0",
                url,
                "0".repeat(64),
                0,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty())));

        assertEquals(Optional.of(Outcome.FAILED), done.outcome());
        assertEquals(Step.VERIFY, done.step());
        assertTrue(done.reason().contains("expected sha-256 0000"), done.reason());
        assertEquals(List.of(), rig.bundles());
    }

    @Test
    void anArtefactThatCannotBeKeptIsNotBlamedOnItsUrl() throws Exception {
        Path fetched = rig.store.resolve("fetched");
        Files.deleteIfExists(fetched);
        Files.writeString(fetched, "in the way");

        Deployment done = rig.deploy("press", "1.0.0", Flavour.GOOD);

        assertEquals(Optional.of(Outcome.FAILED), done.outcome());
        assertTrue(done.reason().contains("in '" + fetched + "'"), done.reason());
        assertTrue(done.reason().contains("free space on its device"), done.reason());
    }

    @Test
    void allProblemsAreToldAtOnce() throws Exception {
        ModuleChange.Put wrongVersion = new ModuleChange.Put(
                "press",
                "2.0.0",
                rig.artefact("press", "1.0.0", Flavour.GOOD).toUri().toString(),
                "",
                0,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        Deployment done = rig.run(
                rig.plan(wrongVersion, ModuleChange.Put.from("file:/nowhere/x.jar"), new ModuleChange.Remove("crane")));

        assertTrue(done.reason().contains("expected version 2.0.0, got 1.0.0"), done.reason());
        assertTrue(done.reason().contains("/nowhere/x.jar"), done.reason());
        assertTrue(done.reason().contains("no deployment brought module 'crane'"), done.reason());
    }

    @Test
    void aModuleThatRequiresAnotherStartsAfterItAndNotWithoutIt() throws Exception {
        ModuleChange.Put needy = new ModuleChange.Put(
                "press",
                "",
                rig.artefact("press", "1.0.0", Flavour.GOOD).toUri().toString(),
                "",
                0,
                Map.of("oven", "[1.0,2)"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        Deployment alone = rig.run(rig.plan(needy));
        assertTrue(alone.reason().contains("requires module 'oven' [1.0,2), which would not be there"), alone.reason());

        Deployment both = rig.run(rig.plan(needy, rig.put("oven", "1.3.0", Flavour.GOOD)));
        assertEquals(Optional.of(Outcome.COMMITTED), both.outcome(), both.reason());

        Deployment without = rig.run(rig.plan(new ModuleChange.Remove("oven")));
        assertTrue(without.reason().contains("press: requires module 'oven'"), without.reason());
    }

    @Test
    void configurationAndGrantsComeAndGoWithTheDeployment() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        rig.configurations.put("press", Map.of("note", "5"));
        Grant grant = new Grant("press", Capability.CHANNEL_READ, List.of(NamePattern.of("line1/*")));
        ModuleChange change =
                new ModuleChange.Reconfigure("press", Optional.of(Map.of("note", "7")), Optional.of(List.of(grant)));

        long id = rig.deployments.submit(rig.plan(change).trialLasting(Duration.ofHours(1)), Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);
        assertEquals("7", rig.configurations.stored("press").get("note"));
        assertEquals(List.of(grant), rig.grants.list());

        assertTrue(rig.deployments.cancel(id, Rig.WHO));
        Deployment cancelled = rig.end(id);

        assertEquals(Optional.of(Outcome.CANCELLED), cancelled.outcome(), cancelled.reason());
        assertEquals("5", rig.configurations.stored("press").get("note"));
        assertEquals(List.of(), rig.grants.list());

        ModuleChange unknown = new ModuleChange.Reconfigure("press", Optional.of(Map.of("limit", 1)), Optional.empty());
        Deployment refused = rig.run(rig.plan(unknown));
        assertEquals(Optional.of(Outcome.FAILED), refused.outcome());
        assertTrue(refused.reason().contains("limit"), refused.reason());
        assertEquals("5", rig.configurations.stored("press").get("note"));

        Deployment done = rig.run(rig.plan(change));
        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals("7", rig.configurations.stored("press").get("note"));
    }

    @Test
    void aConfigurationThatMakesTheModuleFaultIsTakenBackAndOldFaultsAreForgiven() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        rig.router.says("press", "1.0.0", 50, 2, 1000, 5000);
        ModuleChange change = new ModuleChange.Reconfigure("press", Optional.of(Map.of("note", "7")), Optional.empty());
        assertEquals(Optional.of(Outcome.COMMITTED), rig.run(rig.plan(change)).outcome());
        ModuleChange next = new ModuleChange.Reconfigure("press", Optional.of(Map.of("note", "8")), Optional.empty());
        long id = rig.deployments.submit(rig.plan(next).trialLasting(Duration.ofHours(1)), Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);

        rig.router.says("press", "1.0.0", 60, 3, 1000, 6000);

        Deployment done = rig.end(id);
        assertEquals(Optional.of(Outcome.ROLLED_BACK), done.outcome());
        assertTrue(done.reason().contains("failed calls since the change, got 1; the last: it broke"), done.reason());
        assertEquals("7", rig.configurations.stored("press").get("note"));
    }

    @Test
    void theNewVersionAloneSeesItsConfigurationUntilTheCommit() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        rig.configurations.put("press", Map.of("note", "5"));
        ModuleChange.Put next = new ModuleChange.Put(
                "press",
                "",
                rig.artefact("press", "1.1.0", Flavour.NEXT).toUri().toString(),
                "",
                0,
                Map.of(),
                Optional.of(Map.of("note", "9")),
                Optional.empty(),
                Optional.empty());

        long id = rig.deployments.submit(rig.plan(next).trialLasting(Duration.ofMillis(500)), Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);

        assertEquals("5", rig.configurations.stored("press").get("note"));
        assertEquals("9", rig.configurations.stored("press|press|1.1.0").get("note"));
        assertEquals(Optional.of(Outcome.COMMITTED), rig.end(id).outcome());
        assertEquals("9", rig.configurations.stored("press").get("note"));
        assertTrue(
                new ModuleSettings(rig.configurations).find("press|press|1.1.0").isEmpty());
    }

    @Test
    void anEarlierGenerationCanBeReturnedTo() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        rig.run(rig.plan(rig.put("press", "1.1.0", Flavour.NEXT), rig.put("oven", "1.0.0", Flavour.GOOD)));

        Deployment back = rig.end(rig.deployments.rollback(0, Rig.WHO));

        assertEquals(Optional.of(Outcome.COMMITTED), back.outcome(), back.reason());
        assertEquals(3, back.toGeneration());
        assertEquals(List.of("press@1.0.0*"), rig.bundles());

        Deployment forth = rig.end(rig.deployments.rollback(2, Rig.WHO));

        assertEquals(Optional.of(Outcome.COMMITTED), forth.outcome(), forth.reason());
        assertEquals(List.of("oven@1.0.0*", "press@1.1.0*"), rig.bundles());
        ModuleException none = assertThrows(ModuleException.class, () -> rig.deployments.rollback(99, Rig.WHO));
        assertEquals("generation 99 is not retained; those that can be returned to: 4, 3, 2, 1", none.getMessage());
    }

    @Test
    void otherContentUnderTheSameVersionReplacesIt() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);

        Deployment done = rig.deploy("press", "1.0.0", Flavour.NEXT);

        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
        assertEquals(
                done.modules().get(0).digest(),
                rig.deployments.current().orElseThrow().modules().get(0).digest());
    }

    @Test
    void otherContentUnderTheSameVersionThatFailsBringsTheOldBack() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);

        Deployment done = rig.deploy("press", "1.0.0", Flavour.FAILS_SELF_TEST);

        assertEquals(Optional.of(Outcome.ROLLED_BACK), done.outcome(), done.reason());
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
        assertEquals(1, rig.deployments.current().orElseThrow().number());
    }

    @Test
    void otherContentUnderTheSameVersionIsCheckedBeforeTheOldOneStops() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        List<String> stopped = new CopyOnWriteArrayList<>();
        rig.context().addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.STOPPING) {
                stopped.add(event.getBundle().getSymbolicName());
            }
        });

        Deployment done = rig.deploy("press", "1.0.0", Flavour.DOES_NOT_RESOLVE);
        Preview bad = rig.deployments.preview(rig.plan(rig.put("press", "1.0.0", Flavour.DOES_NOT_RESOLVE)));
        Preview good = rig.deployments.preview(rig.plan(rig.put("press", "1.0.0", Flavour.NEXT)));

        assertEquals(Optional.of(Outcome.FAILED), done.outcome(), done.reason());
        assertEquals(Step.RESOLVE, done.step());
        assertTrue(done.reason().contains("press@1.0.0 does not resolve"), done.reason());
        assertTrue(done.reason().contains("com.example.nowhere"), done.reason());
        assertTrue(bad.problems().toString().contains("com.example.nowhere"), bad::toString);
        assertEquals(List.of(), good.problems());
        assertEquals(List.of(), stopped);
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
    }

    @Test
    void whatOwnsSomethingExclusiveStopsBeforeTheNextStarts() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.STOP_FIRST);

        Deployment done = rig.deploy("press", "1.1.0", Flavour.STOP_FIRST);
        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals(List.of("press@1.1.0*"), rig.bundles());

        rig.router.says("press", "1.2.0", 50, 3, 1000, 5000);
        Deployment failed = rig.deploy("press", "1.2.0", Flavour.STOP_FIRST);
        assertEquals(Optional.of(Outcome.ROLLED_BACK), failed.outcome(), failed.reason());
        assertEquals(List.of("press@1.1.0*"), rig.bundles());
    }

    @Test
    void nothingHappensWhenAllIsAsWished() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);

        Deployment done = rig.deploy("press", "1.0.0", Flavour.GOOD);

        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome());
        assertEquals("all modules are as wished already", done.reason());
        assertEquals(1, rig.deployments.generations().size());
    }

    @Test
    void aPreviewChangesNothing() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);

        Preview good = rig.deployments.preview(rig.plan(rig.put("press", "1.1.0", Flavour.NEXT)));
        Preview bad = rig.deployments.preview(rig.plan(rig.put("press", "1.1.0", Flavour.DOES_NOT_RESOLVE)));

        assertEquals(List.of(), good.problems());
        assertEquals("press 1.0.0 -> 1.1.0", good.modules().get(0).toString());
        assertEquals(1, bad.problems().size());
        assertTrue(
                bad.problems().get(0).contains("com.example.nowhere"),
                bad.problems().get(0));
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
        assertEquals(1, rig.deployments.history(10).size());
    }

    @Test
    void deploymentsWaitForTheirTurnAndOnlySoMany() throws Exception {
        DeploymentPlan slow = rig.plan(rig.put("press", "1.0.0", Flavour.GOOD)).trialLasting(Duration.ofHours(1));
        long first = rig.deployments.submit(slow, Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(first).orElseThrow().step() == Step.TRIAL);
        DeploymentPlan next = rig.plan(rig.put("oven", "1.0.0", Flavour.GOOD));
        long second = rig.deployments.submit(next, Rig.WHO);
        ModuleException refused = assertThrows(ModuleException.class, () -> {
            for (int i = 0; i < 20; i++) {
                rig.deployments.submit(next, Rig.WHO);
            }
        });

        assertTrue(refused.getMessage().contains("16 wait already"), refused.getMessage());
        assertFalse(rig.deployments.find(second).orElseThrow().isDone());
        rig.deployments.cancel(first, Rig.WHO);
        assertEquals(Optional.of(Outcome.CANCELLED), rig.end(first).outcome());
        assertEquals(Optional.of(Outcome.COMMITTED), rig.end(second).outcome());
        assertEquals(List.of("oven@1.0.0*"), rig.bundles());
    }
}
