/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.core.lifecycle.store.FaultDisk;
import io.bascule.core.lifecycle.store.FaultDisk.Fault;
import io.bascule.testkit.FakeConfigurationAdmin;
import io.bascule.testkit.fixture.Flavour;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The disk fills up, or can no longer be written, at every operation of a deployment. */
class DeploymentDiskTest {

    private static final int OPERATIONS_MAX = 200;

    @TempDir
    Path folder;

    private final FaultDisk disk = FaultDisk.none();
    private Rig rig;
    private int version;

    @BeforeEach
    void start() throws Exception {
        rig = new Rig(
                folder, new FakeConfigurationAdmin(), new FakeGrants(), Rig.LIMITS, Clock.systemUTC(), disk::openStore);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @ParameterizedTest
    @CsvSource({"FULL, free space on its device", "READ_ONLY, mount its device so that it can be written"})
    void theReasonNamesTheFileWhatRanRunsOnAndALaterDeploymentWorks(Fault fault, String advice) throws Exception {
        assertCommitted(rig.run(next()), "at first");
        int failures = 0;
        for (int n = 1; n <= OPERATIONS_MAX; n++) {
            String where = fault + " at " + n;
            List<String> bundles = rig.bundles();
            Map<String, Object> configuration = rig.configurations.stored("press");
            int generation = rig.deployments.current().orElseThrow().number();
            disk.arm(fault, n);

            String reason = reasonOf(next());
            boolean isThrough = !disk.hasStruck();

            if (reason.isEmpty()) {
                assertEquals(
                        generation + 1, rig.deployments.current().orElseThrow().number(), where);
            } else {
                failures++;
                assertTrue(reason.contains(rig.store.toString()) && reason.contains(advice), where + ": " + reason);
                assertEquals(generation, rig.deployments.current().orElseThrow().number(), where);
                assertEquals(bundles, rig.bundles(), where);
                assertEquals(configuration, rig.configurations.stored("press"), where);
            }
            disk.mend();
            assertCommitted(rig.run(next()), where + ", then with room");
            assertEquals(List.of("press@1.0." + version + "*"), rig.bundles(), where);
            if (isThrough) {
                assertTrue(failures > 10, "only " + failures + " operations failed");
                return;
            }
        }
        throw new AssertionError("the deployment has more than " + OPERATIONS_MAX + " operations");
    }

    private DeploymentPlan next() throws Exception {
        version++;
        return rig.plan(rig.put(
                "press",
                "1.0." + version,
                Flavour.NEXT,
                Optional.of(Map.of("note", "of " + version)),
                Optional.empty()));
    }

    /** Returns why the deployment was refused or failed; empty when it was committed. */
    private String reasonOf(DeploymentPlan plan) throws Exception {
        try {
            Deployment done = rig.run(plan);
            return done.outcome().equals(Optional.of(Outcome.COMMITTED)) ? "" : done.reason();
        } catch (ModuleException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void assertCommitted(Deployment done, String where) {
        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), where + ": " + done.reason());
    }
}
