/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.deployment.CanaryStep;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.core.lifecycle.store.FaultDisk;
import io.bascule.core.lifecycle.store.FaultDisk.Fault;
import io.bascule.core.lifecycle.store.FaultDisk.PowerLoss;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeConfigurationAdmin;
import io.bascule.testkit.fixture.Flavour;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Power goes at every operation on the disk while a deployment runs; the framework's cache stays as it was then. The next start
 * ends in the generation before or the one after, with its bundles, configuration and grants, and nothing between.
 */
class DeploymentCrashTest {

    private static final int OPERATIONS_MAX = 200;
    private static final Duration STEP = Duration.ofMillis(1);
    private static final Grant LOG = new Grant("press", Capability.LOG, List.of());
    private static final Grant CLOCK = new Grant("press", Capability.CLOCK, List.of());

    /** What runs when the power goes. */
    enum Work {
        INSTALL,
        UPDATE,
        CANARY,
        STOP_FIRST,
        SAME_VERSION,
        ROLLBACK
    }

    @TempDir
    Path folder;

    private final FakeConfigurationAdmin configurations = new FakeConfigurationAdmin();
    private final FakeGrants grants = new FakeGrants();
    private FaultDisk disk = FaultDisk.none();
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        disk = FaultDisk.none();
        rig = new Rig(
                folder,
                configurations,
                grants,
                Rig.LIMITS,
                Clock.systemUTC(),
                disk::openStore,
                folder.resolve("cache"));
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @ParameterizedTest
    @EnumSource
    void theNextStartEndsInACommittedGenerationWhereverThePowerGoes(Work work) throws Exception {
        prepare(work);
        for (int n = 1; n <= OPERATIONS_MAX; n++) {
            int before = number();
            Fault fault = List.of(Fault.CRASH_HALF, Fault.CRASH_BEFORE, Fault.CRASH_AFTER)
                    .get(n % 3);
            disk.arm(fault, n);
            long id = submit(work, n);
            Await.until(
                    "the crash or the end",
                    () -> disk.hasStruck()
                            || rig.deployments.find(id).filter(d -> d.isDone()).isPresent());
            boolean isThrough = !disk.hasStruck();
            stop();
            start();
            check(work + ", " + fault + " at " + n, id, before);
            if (isThrough) {
                assertTrue(n > 10, "only " + n + " operations were crashed");
                return;
            }
            if (work == Work.INSTALL && number() > before) {
                assertEquals(
                        Optional.of(Outcome.COMMITTED),
                        rig.run(rig.plan(new ModuleChange.Remove("press"))).outcome());
            }
        }
        throw new AssertionError("the deployment has more than " + OPERATIONS_MAX + " operations");
    }

    private void prepare(Work work) throws Exception {
        if (work != Work.INSTALL) {
            rig.deploy("press", "1.0.0", work == Work.STOP_FIRST ? Flavour.STOP_FIRST : Flavour.GOOD);
        }
        if (work == Work.ROLLBACK) {
            rig.run(rig.plan(put("1.1.0", Flavour.NEXT, 0)));
        }
    }

    /** Returns 0 when the power went before the deployment had a number. */
    private long submit(Work work, int n) throws Exception {
        try {
            return switch (work) {
                case INSTALL, UPDATE -> rig.deployments.submit(rig.plan(put("1.0." + n, Flavour.NEXT, n)), Rig.WHO);
                case CANARY ->
                    rig.deployments.submit(
                            rig.plan(put("1.0." + n, Flavour.NEXT, n))
                                    .withCanary(List.of(new CanaryStep(0, STEP), new CanaryStep(20, STEP))),
                            Rig.WHO);
                case STOP_FIRST -> rig.deployments.submit(rig.plan(put("1.0." + n, Flavour.STOP_FIRST, n)), Rig.WHO);
                case SAME_VERSION ->
                    rig.deployments.submit(
                            rig.plan(put("1.0.0", n % 2 == 0 ? Flavour.GOOD : Flavour.NEXT, n)), Rig.WHO);
                case ROLLBACK -> rig.deployments.rollback(0, Rig.WHO);
            };
        } catch (PowerLoss e) {
            return 0;
        }
    }

    private ModuleChange.Put put(String version, Flavour flavour, int n) throws Exception {
        return rig.put(
                "press",
                version,
                flavour,
                Optional.of(Map.of("note", "of " + n)),
                Optional.of(n % 2 == 0 ? List.of(LOG) : List.of(LOG, CLOCK)));
    }

    private int number() {
        return rig.deployments.current().map(Generation::number).orElse(0);
    }

    private void check(String where, long id, int before) throws Exception {
        // Runs in turn behind what the start has to do.
        rig.deployments.preview(rig.plan(new ModuleChange.Remove("nothing")));
        // Not simply the next number: one that may have been on the disk is not used again.
        boolean isNew = rig.deployments.current().map(Generation::deployment).equals(Optional.of(id));
        assertTrue(isNew ? number() > before : number() == before, where + ": generation " + number());
        Optional<GenerationModule> press = rig.deployments.current().flatMap(generation -> generation.find("press"));
        List<String> expected =
                press.map(module -> List.of("press@" + module.version() + "*")).orElse(List.of());
        Await.until(where + ": " + expected, () -> rig.bundles().equals(expected));
        assertEquals(
                press.map(ManagedBundles::location).map(List::of).orElse(List.of()),
                Arrays.stream(rig.context().getBundles())
                        .filter(ManagedBundles::isManaged)
                        .map(bundle -> bundle.getLocation())
                        .toList(),
                where);
        assertEquals(
                press.flatMap(GenerationModule::configuration).orElse(Map.of()), configurations.stored("press"), where);
        assertEquals(
                Set.copyOf(press.flatMap(GenerationModule::grants).orElse(List.of())),
                Set.copyOf(grants.list()),
                where);
        assertEquals(List.of(), targetedPids(), where);
        checkHistory(where, id, isNew);
    }

    private List<String> targetedPids() throws Exception {
        var all = configurations.listConfigurations(null);
        return all == null
                ? List.of()
                : Arrays.stream(all)
                        .map(configuration -> configuration.getPid())
                        .filter(ModuleSettings::isTargeted)
                        .toList();
    }

    private void checkHistory(String where, long id, boolean isNew) throws Exception {
        List<HistoryEntry> own = rig.deployments.history(10).stream()
                .filter(entry -> entry.deployment() == id && id > 0)
                .toList();
        assertTrue(own.size() <= 1, where + ": " + own);
        assertTrue(!isNew || own.size() == 1, where + ": what was committed is not in the history");
        for (HistoryEntry entry : own) {
            assertEquals(isNew ? Outcome.COMMITTED : Outcome.INTERRUPTED, entry.outcome(), where + ": " + entry);
            assertEquals(isNew ? number() : 0, entry.toGeneration(), where + ": " + entry);
        }
    }
}
