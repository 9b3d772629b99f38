/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleManager.Entry;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.World;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import io.bascule.core.lifecycle.DriverRig.Version;
import io.bascule.core.lifecycle.manifest.ManifestReader;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeConfigurationAdmin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

/** Deployments of drivers with devices, in a real framework with the real driver runtime. */
class DriverDeploymentTest {

    private static final Duration TRIAL = Duration.ofMillis(400);
    private static final String PRESS = DriverRig.FACTORY + "~press";
    private static final String OVEN = DriverRig.FACTORY + "~oven";

    @TempDir
    Path folder;

    private final FakeConfigurationAdmin configurations = new FakeConfigurationAdmin();
    private DriverRig drivers;

    @BeforeEach
    void start() throws Exception {
        drivers = new DriverRig(folder, configurations);
    }

    @AfterEach
    void stop() throws Exception {
        List<String> violations = drivers.violations();
        drivers.close();
        assertEquals(List.of(), violations);
    }

    private Deployment run(ModuleChange... changes) throws Exception {
        return drivers.rig.run(drivers.rig.plan(changes).trialLasting(TRIAL));
    }

    private void assertCommitted(Deployment done) {
        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
        assertEquals("", done.reason());
    }

    private void begin() throws Exception {
        drivers.configure("press");
        assertCommitted(run(drivers.put("1.0.0", Version.GOOD)));
        drivers.awaitConnected("press");
    }

    private Entry entry() {
        return drivers.manager.find(DriverRig.NAME).orElseThrow();
    }

    @Test
    void aDriverIsAModuleThatTellsOfItsDevices() throws Exception {
        begin();

        assertEquals(World.DRIVER, entry().descriptor().world());
        assertEquals(1, entry().status().instances());
        assertEquals(ModuleState.READY, entry().status().state());
        Await.until("scans", () -> entry().status().calls() > 3);
        assertEquals("", entry().status().reason());

        drivers.configure("oven");
        drivers.awaitConnected("oven");
        Await.until("two devices", () -> entry().status().instances() == 2);
        configurations
                .getFactoryConfiguration(DriverRig.FACTORY, "bad", "?")
                .update(FrameworkUtil.asDictionary(Map.of("device", "bad", "channels", "nonsense")));

        Await.until("the refusal", () -> entry().status().reason().contains("device 'bad' does not run: "));
        assertEquals(ModuleState.READY, entry().status().state());
    }

    @Test
    void theOldVersionLetsGoOfItsDevicesBeforeTheNewOneStarts() throws Exception {
        begin();
        drivers.events.clear();

        Deployment done = run(drivers.put("1.1.0", Version.GOOD));

        assertCommitted(done);
        List<String> events = drivers.events;
        assertTrue(events.contains("disconnect 1.0.0"), events.toString());
        assertTrue(events.indexOf("disconnect 1.0.0") < events.indexOf("+1.1.0"), events.toString());
        assertTrue(events.indexOf("-1.0.0") < events.indexOf("+1.1.0"), events.toString());
        assertTrue(events.indexOf("+1.1.0") < events.indexOf("connect 1.1.0"), events.toString());
        drivers.awaitConnected("press");
        assertEquals(List.of("test.line@1.1.0*"), drivers.rig.bundles());
        assertEquals("1.1.0", entry().descriptor().version());
    }

    @Test
    void whereModulesShareAFactoryADeviceIsOnlyItsOwnModules() throws Exception {
        Map<String, Object> oven = new HashMap<>(DriverRig.settings("oven", 10));
        Deployment unnamed = run(drivers.put("1.0.0", Version.SHARED, Map.of(OVEN, oven)));
        assertEquals(Optional.of(Outcome.FAILED), unnamed.outcome());
        assertTrue(
                unnamed.reason().contains("'" + OVEN + "' says module ''; expected '" + DriverRig.NAME + "'"),
                unnamed.reason());

        oven.put("module", "somebody");
        configurations.getFactoryConfiguration(DriverRig.FACTORY, "oven", "?").update(FrameworkUtil.asDictionary(oven));
        Map<String, Object> own = new HashMap<>(oven);
        own.put("module", DriverRig.NAME);
        Deployment taken = run(drivers.put("1.0.0", Version.SHARED, Map.of(OVEN, own)));
        assertEquals(Optional.of(Outcome.FAILED), taken.outcome());
        assertTrue(taken.reason().contains("is in force and says module 'somebody'"), taken.reason());

        own.put("device", "press");
        assertCommitted(run(drivers.put("1.0.0", Version.SHARED, Map.of(PRESS, own))));
        drivers.awaitConnected("press");
    }

    @ParameterizedTest
    @CsvSource({
        "DEAD, TRIAL, nobody answers version 1.1.0",
        "BROKEN, TRIAL, expected at most 0 failed calls",
        "STRICT, TRIAL, device 'press' is refused: "
    })
    void aVersionWhoseDevicesDoNotComeBackIsRolledBack(Version version, Step step, String reason) throws Exception {
        begin();

        Deployment done = run(drivers.put("1.1.0", version));

        assertEquals(Optional.of(Outcome.ROLLED_BACK), done.outcome(), done.reason());
        assertEquals(step, done.step());
        assertTrue(done.reason().contains(reason), done.reason());
        assertEquals(List.of("test.line@1.0.0*"), drivers.rig.bundles());
        drivers.awaitConnected("press");
        assertEquals(1, drivers.rig.deployments.current().orElseThrow().number());
        assertEquals(List.of(), drivers.runtime.refused());
    }

    @Test
    void aDeviceThatWasAwayBeforeIsNotHeldAgainstTheNewVersion() throws Exception {
        drivers.configure("press");
        assertCommitted(run(drivers.put("1.0.0", Version.DEAD)));

        assertCommitted(run(drivers.put("1.1.0", Version.DEAD)));
        assertTrue(entry().status().reason().contains("device 'press' is not connected: "), entry().toString());
    }

    @Test
    void devicesAreConfiguredByTheManifestAndGoWithIt() throws Exception {
        String manifest = """
                {"bascule": "deployment/1", "name": "line 1", "trial": {"seconds": 1},
                 "modules": [{"name": "line", "url": "%s", "configuration": {
                   "%s": {"device": "press", "channels": ["x=f64:a", "y=f64:b"], "scanPeriodMillis": 10}}}]}
                """.formatted(drivers.artefact("1.0.0", Version.GOOD), PRESS);
        DeploymentPlan plan =
                drivers.rig.deployments.readManifest(manifest, folder.toUri().toString());
        assertCommitted(drivers.rig.run(plan.trialLasting(TRIAL)));
        drivers.awaitConnected("press");
        assertEquals(10L, configurations.stored(PRESS).get("scanPeriodMillis"));
        drivers.configure("oven");
        drivers.awaitConnected("oven");

        // Another manifest: this one's devices, and nobody else's.
        assertCommitted(run(new ModuleChange.Reconfigure(DriverRig.NAME, Optional.of(Map.of()), Optional.empty())));
        Await.until("the end of the device", () -> drivers.device("press").isEmpty());
        assertEquals(Map.of(), configurations.stored(PRESS));
        assertFalse(configurations.stored(OVEN).isEmpty());

        assertCommitted(drivers.rig.end(drivers.rig.deployments.rollback(0, Rig.WHO)));
        drivers.awaitConnected("press");
        assertEquals(List.of("x=f64:a", "y=f64:b"), configurations.stored(PRESS).get("channels"));
    }

    @Test
    void aConfigurationThatTheDriverRefusesIsTakenBack() throws Exception {
        drivers.configure("oven");
        assertCommitted(run(drivers.put("1.0.0", Version.GOOD, Map.of(PRESS, DriverRig.settings("press", 10L)))));
        drivers.awaitConnected("press");

        Deployment done = run(new ModuleChange.Reconfigure(
                DriverRig.NAME, Optional.of(Map.of(PRESS, DriverRig.settings("press", 0L))), Optional.empty()));

        assertEquals(Optional.of(Outcome.ROLLED_BACK), done.outcome(), done.reason());
        assertTrue(
                done.reason().contains("device 'press' refuses its configuration: ")
                        && done.reason().contains("scanPeriodMillis"),
                done.reason());
        assertEquals(10L, configurations.stored(PRESS).get("scanPeriodMillis"));
        drivers.awaitConnected("press");
    }

    @Test
    void aNewDeviceThatTheDriverRefusesFailsTheDeployment() throws Exception {
        begin();

        Deployment done =
                run(drivers.put("1.1.0", Version.GOOD, Map.of(OVEN, Map.of("device", "oven", "channels", "x=?"))));

        assertEquals(Optional.of(Outcome.ROLLED_BACK), done.outcome(), done.reason());
        assertTrue(done.reason().contains("device 'oven' is refused: "), done.reason());
        assertEquals(Map.of(), configurations.stored(OVEN));
        drivers.awaitConnected("press");
        assertEquals("1.0.0", entry().descriptor().version());
    }

    @Test
    void aDriverIsNeverThereTwiceAndConfiguresItsOwnDevicesOnly() throws Exception {
        ModuleChange.Put put = drivers.put("1.0.0", Version.GOOD);
        Deployment both = run(new ModuleChange.Put(
                DriverRig.NAME,
                "",
                put.url(),
                "",
                0,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(UpdateStrategy.SIDE_BY_SIDE)));
        assertEquals(Optional.of(Outcome.FAILED), both.outcome());
        assertTrue(both.reason().contains("owns its devices"), both.reason());

        Deployment foreign =
                run(drivers.put("1.0.0", Version.GOOD, Map.of("io.bascule.lifecycle~x", Map.of("historyMax", 1L))));
        assertEquals(Optional.of(Outcome.FAILED), foreign.outcome());
        assertTrue(foreign.reason().contains("expected 'test.driver.line~NAME'"), foreign.reason());

        ModuleException wrong = assertThrows(ModuleException.class, () -> ManifestReader.read("""
                        {"bascule": "deployment/1", "name": "n", "modules": [
                          {"name": "line", "configuration": {"press": {"device": "press"}}}]}
                        """, "file:/x"));
        assertTrue(wrong.getMessage().contains("FACTORY~NAME"), wrong.getMessage());
    }

    @Test
    void aDriverThatStartsPastTheManagerMakesWayForTheManagedOne() throws Exception {
        begin();
        Bundle stranger = drivers.rig.context().installBundle(drivers.artefact("0.9.0", Version.GOOD));

        stranger.start();

        Await.until("the stranger to stop", () -> stranger.getState() == Bundle.RESOLVED);
        drivers.awaitConnected("press");
        assertEquals(List.of("test.line@0.9.0", "test.line@1.0.0*"), drivers.rig.bundles());
    }

    @Test
    void aRestartBringsTheDriverAndItsDevicesBack() throws Exception {
        assertCommitted(run(drivers.put("1.0.0", Version.GOOD, Map.of(PRESS, DriverRig.settings("press", 10L)))));
        drivers.close();
        FakeConfigurationAdmin wiped = new FakeConfigurationAdmin();

        drivers = new DriverRig(folder, wiped);

        drivers.awaitConnected("press");
        assertEquals(10L, wiped.stored(PRESS).get("scanPeriodMillis"));
        assertEquals(
                Optional.of(Map.of(PRESS, DriverRig.settings("press", 10L))),
                drivers.rig
                        .deployments
                        .current()
                        .orElseThrow()
                        .find(DriverRig.NAME)
                        .orElseThrow()
                        .configuration());
    }
}
