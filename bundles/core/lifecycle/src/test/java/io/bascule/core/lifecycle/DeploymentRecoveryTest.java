/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.testkit.Await;
import io.bascule.testkit.fixture.Flavour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** What is left of deployments when the gateway starts anew, and what came past them. */
class DeploymentRecoveryTest {

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
    void aWipedFrameworkIsBroughtBack() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        rig.run(rig.plan(new ModuleChange.Reconfigure("press", Optional.of(Map.of("note", "7")), Optional.empty())));
        rig.close();

        rig = new Rig(folder);

        Await.until("the module", () -> rig.bundles().equals(List.of("press@1.0.0*")));
        assertEquals(2, rig.deployments.current().orElseThrow().number());
        Await.until(
                "the configuration", () -> rig.configurations.stored("press").containsKey("note"));
    }

    @Test
    void aGatewayThatDiesInATrialStartsWithTheOldGeneration() throws Exception {
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
                Optional.of(List.of(new Grant("press", Capability.LOG, List.of()))),
                Optional.empty());
        long id = rig.deployments.submit(rig.plan(next).trialLasting(Duration.ofHours(1)), Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);
        // What a dead gateway leaves behind is what is on the disk now.
        Path left = Files.createDirectories(folder.resolve("left"));
        copy(rig.store, left.resolve("store"));

        try (Rig again = new Rig(left, rig.configurations, rig.grants)) {
            Await.until("the module", () -> again.bundles().equals(List.of("press@1.0.0*")));
            assertEquals(1, again.deployments.current().orElseThrow().number());
            HistoryEntry entry = again.deployments.history(1).get(0);
            assertEquals(Outcome.INTERRUPTED, entry.outcome());
            assertEquals(Step.TRIAL, entry.step());
            assertEquals(List.of(), again.grants.list());
            assertTrue(new ModuleSettings(again.configurations)
                    .find("press|press|1.1.0")
                    .isEmpty());
        }
        rig.deployments.cancel(id, Rig.WHO);
        rig.end(id);
    }

    @Test
    void aDeploymentThatWaitsWhenTheGatewayDiesIsInTheHistoryAndNotRunLater() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        long running = rig.deployments.submit(
                rig.plan(rig.put("press", "1.1.0", Flavour.NEXT)).trialLasting(Duration.ofHours(1)), Rig.WHO);
        Await.until(
                "the trial", () -> rig.deployments.find(running).orElseThrow().step() == Step.TRIAL);
        long waiting = rig.deployments.submit(rig.plan(rig.put("saw", "1.0.0", Flavour.GOOD)), Rig.WHO);
        Path left = Files.createDirectories(folder.resolve("left"));
        copy(rig.store, left.resolve("store"));

        try (Rig again = new Rig(left, rig.configurations, rig.grants)) {
            Await.until("the module", () -> again.bundles().equals(List.of("press@1.0.0*")));
            List<HistoryEntry> entries = again.deployments.history(2);
            assertEquals(
                    List.of(waiting, running),
                    entries.stream().map(HistoryEntry::deployment).toList());
            assertEquals(Outcome.INTERRUPTED, entries.get(0).outcome());
            assertTrue(
                    entries.get(0).reason().contains("before its turn came"),
                    entries.get(0).reason());
            assertEquals(Outcome.INTERRUPTED, entries.get(1).outcome());
            assertEquals(Step.TRIAL, entries.get(1).step());
        }
        rig.deployments.cancel(waiting, Rig.WHO);
        rig.deployments.cancel(running, Rig.WHO);
        rig.end(running);
        assertEquals(Optional.of(Outcome.CANCELLED), rig.end(waiting).outcome());
    }

    @Test
    void aGatewayThatIsStoppedInATrialDoesNotBlameTheModule() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        long id = rig.deployments.submit(
                rig.plan(rig.put("press", "1.1.0", Flavour.NEXT)).trialLasting(Duration.ofHours(1)), Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);
        // As at SIGTERM: modules end before the deployment manager does.
        Rig ending = rig;
        CompletableFuture<Void> closed = new CompletableFuture<>();
        SynchronousBundleListener last = event -> {
            if (event.getType() == BundleEvent.STOPPED
                    && event.getBundle().getVersion().toString().equals("1.1.0")) {
                closed.completeAsync(
                        () -> {
                            ending.closeAfter(id);
                            return null;
                        },
                        Runnable::run);
            }
        };
        rig.context().addBundleListener(last);
        rig.framework.stop();
        closed.get(Await.BOUND.toSeconds(), TimeUnit.SECONDS);
        rig.framework.waitForStop(Await.BOUND.toMillis());

        rig = new Rig(folder);

        Await.until("the module", () -> rig.bundles().equals(List.of("press@1.0.0*")));
        HistoryEntry entry = rig.deployments.history(1).get(0);
        assertEquals(id, entry.deployment());
        assertEquals(Outcome.INTERRUPTED, entry.outcome());
        assertEquals("the gateway stopped in step trial", entry.reason());
        assertEquals(0, entry.rollbacks());
    }

    @Test
    void aDeploymentManagerThatIsStoppedAloneUndoesWhatRunsAndSaysSo() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        long id = rig.deployments.submit(
                rig.plan(rig.put("press", "1.1.0", Flavour.NEXT)).trialLasting(Duration.ofHours(1)), Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);
        rig.deployments.close();

        assertEquals(List.of("press@1.0.0*"), rig.bundles());
        Deployment ended = rig.deployments.find(id).orElseThrow();
        assertEquals(Outcome.INTERRUPTED, ended.outcome().orElseThrow());
        assertTrue(ended.reason().contains("the gateway, which stops"), ended.reason());
    }

    private static void copy(Path from, Path to) throws Exception {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    @Test
    void aDamagedArtefactIsSetAsideAndTheRestStarts() throws Exception {
        rig.run(rig.plan(rig.put("press", "1.0.0", Flavour.GOOD), rig.put("oven", "1.0.0", Flavour.GOOD)));
        String digest = rig.deployments
                .current()
                .orElseThrow()
                .find("press")
                .orElseThrow()
                .digest();
        rig.close();
        try (var files = Files.walk(rig.store)) {
            Path artefact = files.filter(p -> p.endsWith(digest)).findFirst().orElseThrow();
            Files.setPosixFilePermissions(
                    artefact, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
            Files.writeString(artefact, "rust");
        }

        rig = new Rig(folder);

        Await.until("the other module", () -> rig.bundles().equals(List.of("oven@1.0.0*")));
        Deployment mended = rig.deploy("press", "1.1.0", Flavour.NEXT);
        assertEquals(Optional.of(Outcome.COMMITTED), mended.outcome(), mended.reason());
        assertEquals(List.of("oven@1.0.0*", "press@1.1.0*"), rig.bundles());
    }

    @Test
    void aBundleThatSomebodyChangedPastDeploymentsIsPutBack() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);
        Path other = rig.artefact("press", "3.0.0", Flavour.GOOD);
        try (var in = Files.newInputStream(other)) {
            java.util.Arrays.stream(rig.context().getBundles())
                    .filter(ManagedBundles::isManaged)
                    .findFirst()
                    .orElseThrow()
                    .update(in);
        }

        Await.until("the committed version", () -> rig.bundles().equals(List.of("press@1.0.0*")));
    }

    @Test
    void aModuleThatCameOtherwiseMakesWayAndComesBack() throws Exception {
        var feature = rig.context()
                .installBundle(
                        rig.artefact("press", "1.0.0", Flavour.GOOD).toUri().toString());
        feature.start();

        Deployment done = rig.deploy("press", "1.1.0", Flavour.NEXT);
        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals(List.of("press@1.0.0", "press@1.1.0*"), rig.bundles());

        rig.router.says("press", "1.2.0", 50, 3, 1000, 5000);
        Deployment failed = rig.deploy("press", "1.2.0", Flavour.NEXT);
        assertEquals(Optional.of(Outcome.ROLLED_BACK), failed.outcome());
        assertEquals(List.of("press@1.0.0", "press@1.1.0*"), rig.bundles());
    }

    @Test
    void aPausedModuleSaysSo() throws Exception {
        rig.deploy("press", "1.0.0", Flavour.GOOD);

        rig.deployments.pause("press");
        assertTrue(rig.router.traffic("press").isPaused());
        rig.deployments.resume("press");
        assertFalse(rig.router.traffic("press").isPaused());
        assertThrows(ModuleException.class, () -> rig.deployments.pause("crane"));
    }

    @Test
    void theTrialsOfTheDefaultRulesLastHalfAMinute() {
        assertEquals(Duration.ofSeconds(30), TrialRules.DEFAULT.duration());
    }
}
