/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.core.lifecycle.store.FaultDisk;
import io.bascule.testkit.Await;
import io.bascule.testkit.fixture.Flavour;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configuration and grants belong to a generation: they go when the next one does not have them. */
class DeploymentReturnTest {

    private static final Map<String, Object> NOTE = Map.of("note", "9");
    private static final List<Grant> GRANTS = List.of(new Grant("press", Capability.LOG, List.of()));

    @TempDir
    Path folder;

    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new Rig(folder);
        rig.deploy("press", "1.0.0", Flavour.GOOD);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void whatALaterGenerationConfiguredGoesWithIt() throws Exception {
        rig.run(rig.plan(new ModuleChange.Reconfigure("press", Optional.of(NOTE), Optional.of(GRANTS))));
        assertConfigured();

        Deployment back = rig.end(rig.deployments.rollback(1, Rig.WHO));

        assertEquals(Optional.of(Outcome.COMMITTED), back.outcome(), back.reason());
        assertNothingIsLeft();
        Deployment forth = rig.end(rig.deployments.rollback(2, Rig.WHO));
        assertEquals(Optional.of(Outcome.COMMITTED), forth.outcome(), forth.reason());
        assertConfigured();
    }

    @Test
    void whatALaterVersionBroughtGoesWithItsCode() throws Exception {
        rig.run(rig.plan(rig.put("press", "1.1.0", Flavour.NEXT, Optional.of(NOTE), Optional.of(GRANTS))));
        assertConfigured();

        Deployment back = rig.end(rig.deployments.rollback(1, Rig.WHO));

        assertEquals(Optional.of(Outcome.COMMITTED), back.outcome(), back.reason());
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
        assertNothingIsLeft();
    }

    @Test
    void aReturnIsNotHeldUpByTheLatencyOfABusyMachine() throws Exception {
        rig.deploy("press", "1.1.0", Flavour.NEXT);
        rig.router.says("press", "1.1.0", 1000, 0, 100_000, 100_000);
        rig.router.says("press", "1.0.0", 1000, 0, 40_000_000, 100_000);

        Deployment back = rig.end(rig.deployments.rollback(1, Rig.WHO));

        assertEquals(Optional.of(Outcome.COMMITTED), back.outcome(), back.reason());
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
    }

    @Test
    void aReturnThatFailsLeavesConfigurationAndGrantsAsTheyWere() throws Exception {
        rig.run(rig.plan(rig.put("press", "1.1.0", Flavour.NEXT, Optional.of(NOTE), Optional.of(GRANTS))));
        rig.router.refusals.put("all 1.0.0", "no way back");

        Deployment back = rig.end(rig.deployments.rollback(1, Rig.WHO));

        assertEquals(Optional.of(Outcome.ROLLED_BACK), back.outcome());
        assertTrue(back.reason().contains("no way back"), back.reason());
        assertEquals(List.of("press@1.1.0*"), rig.bundles());
        assertConfigured();
    }

    @Test
    void aModuleThatIsRemovedLeavesNoConfigurationAndNoGrants() throws Exception {
        rig.run(rig.plan(new ModuleChange.Reconfigure("press", Optional.of(NOTE), Optional.of(GRANTS))));

        rig.run(rig.plan(new ModuleChange.Remove("press")));

        assertEquals(List.of(), rig.bundles());
        assertNothingIsLeft();
    }

    @Test
    void aConfigurationThatCouldNotBeSetAtTheCommitIsSetByTheNextStart() throws Exception {
        long id = rig.deployments.submit(
                rig.plan(rig.put("press", "1.1.0", Flavour.NEXT, Optional.of(NOTE), Optional.of(GRANTS)))
                        .trialLasting(Duration.ofMillis(500)),
                Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);
        rig.configurations.setBroken(true);

        Deployment done = rig.end(id);

        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome());
        assertTrue(done.reason().contains("it is put right at the next start"), done.reason());
        rig.configurations.setBroken(false);
        assertEquals(Map.of(), rig.configurations.stored("press"));
        rig.close();
        rig = new Rig(folder, rig.configurations, rig.grants);
        Await.until("the module", () -> rig.bundles().equals(List.of("press@1.1.0*")));
        assertConfigured();
        assertEquals(
                List.of(id, id - 1),
                rig.deployments.history(10).stream()
                        .map(HistoryEntry::deployment)
                        .toList());
    }

    @Test
    void noDeploymentBeginsBeforeWhatACrashCutShortIsUndone() throws Exception {
        FaultDisk disk = FaultDisk.none();
        rig.close();
        rig = open(disk);
        rig.configurations.put("press", Map.of("note", "5"));
        long id = rig.deployments.submit(
                rig.plan(new ModuleChange.Reconfigure("press", Optional.of(NOTE), Optional.empty()))
                        .trialLasting(Duration.ofHours(1)),
                Rig.WHO);
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);
        assertEquals(NOTE, rig.configurations.stored("press"));
        // Nothing reaches the disk any more: this one never ended.
        disk.arm(FaultDisk.Fault.CRASH_BEFORE, 1);
        rig.deployments.cancel(id, Rig.WHO);
        Await.until("the crash", disk::hasStruck);
        rig.close();
        rig.configurations.put("press", NOTE);
        rig.configurations.setBroken(true);

        rig = open(FaultDisk.none());
        Deployment early = rig.deploy("oven", "1.0.0", Flavour.GOOD);

        assertEquals(Optional.of(Outcome.FAILED), early.outcome());
        assertTrue(early.reason().contains("what the last stop cut short cannot be undone yet"), early.reason());
        rig.configurations.setBroken(false);
        Deployment later = rig.deploy("oven", "1.0.0", Flavour.GOOD);
        assertEquals(Optional.of(Outcome.COMMITTED), later.outcome(), later.reason());
        assertEquals(Map.of("note", "5"), rig.configurations.stored("press"));
    }

    /** The gateway's next start. */
    private Rig open(FaultDisk disk) throws Exception {
        return new Rig(folder, rig.configurations, rig.grants, Rig.LIMITS, Clock.systemUTC(), disk::openStore);
    }

    @Test
    void whatNoDeploymentSetStays() throws Exception {
        rig.configurations.put("press", NOTE);
        rig.grants.grant(GRANTS.get(0));

        rig.deploy("press", "1.1.0", Flavour.NEXT);
        rig.end(rig.deployments.rollback(1, Rig.WHO));

        assertConfigured();
        rig.run(rig.plan(new ModuleChange.Remove("press")));
        assertConfigured();
    }

    private void assertConfigured() {
        assertEquals(NOTE, rig.configurations.stored("press"));
        assertEquals(GRANTS, rig.grants.list());
        assertOnlyOnePid();
    }

    private void assertNothingIsLeft() {
        assertEquals(Map.of(), rig.configurations.stored("press"));
        assertEquals(List.of(), rig.grants.list());
        assertOnlyOnePid();
    }

    private void assertOnlyOnePid() {
        for (String version : List.of("1.0.0", "1.1.0")) {
            assertEquals(Map.of(), rig.configurations.stored("press|press|" + version));
        }
    }
}
