/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.spi.ModuleStatusSource;
import io.bascule.api.security.Authorizer;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.wasm.extender.run.Meter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** A device of the sample driver as an operator makes it: a module, a configuration, and both come, change and go. */
class DeviceInFrameworkTest {

    @TempDir
    Path directory;

    private final FakeChannelRegistry channels = new FakeChannelRegistry();
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(channels);
    private TestFramework framework;
    private Meter meter;
    private ConfigurationAdmin admin;

    @BeforeEach
    void start() throws Exception {
        meter = Meter.tcp();
        framework = new TestFramework(directory.resolve("cache"));
        framework.context().registerService(ChannelRegistry.class, channels, null);
        framework.context().registerService(ChannelWriter.class, (subject, writes) -> List.of(), null);
        framework.context().registerService(DriverRuntime.class, lanes, null);
        framework
                .context()
                .registerService(
                        Authorizer.class, (subject, capability, object) -> new Authorizer.Decision(true, ""), null);
        framework.start(
                "org.apache.felix.scr.impl.Activator",
                "org.apache.felix.cm.impl.ConfigurationManager",
                "org.apache.felix.fileinstall.ArtifactUrlTransformer",
                "io.bascule.wasm.abi.GuestContract",
                "io.bascule.wasm.engine.WasmEngine",
                "io.bascule.wasm.capabilities.InstanceHost",
                "io.bascule.wasm.extender.WasmExtender");
        Await.until(
                "the wasm: protocol",
                () -> framework.context().getServiceReference("org.osgi.service.url.URLStreamHandlerService") != null);
        admin = framework.track(ConfigurationAdmin.class).getService();
    }

    @AfterEach
    void stop() throws Exception {
        if (framework != null) {
            framework.stop();
        }
        lanes.close();
        if (meter != null) {
            meter.close();
        }
    }

    private Bundle install() throws Exception {
        Path file = directory.resolve("meter-driver-1.0.0.wasm");
        Files.write(file, Meter.driver());
        Bundle bundle = framework.context().installBundle("wasm:" + file.toUri());
        bundle.start();
        return bundle;
    }

    private Configuration device(Map<String, Object> changes) throws Exception {
        Configuration configuration = admin.createFactoryConfiguration(WasmDevice.PID, "?");
        update(configuration, changes);
        return configuration;
    }

    private static void update(Configuration configuration, Map<String, Object> changes) throws Exception {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "module", "meter-driver", "device", "line1", "channels", "power=12:f64", "scanPeriodMillis", "20"));
        settings.putAll(changes);
        configuration.update(FrameworkUtil.asDictionary(settings));
    }

    private void awaitReading() {
        Await.until("a good reading", this::hasReading);
    }

    private boolean hasReading() {
        try {
            return channels.find("line1/power")
                    .map(c -> channels.read(c.handle()).quality().equals(Quality.GOOD))
                    .orElse(false);
        } catch (IllegalArgumentException e) {
            // The device was closed in between.
            return false;
        }
    }

    private DeviceFigures figures() {
        return lanes.list().get(0);
    }

    @Test
    void aDeviceWaitsForItsModuleAndEndsWithIt() throws Exception {
        Configuration configuration = device(Map.of("endpoint", meter.endpoint()));
        Bundle bundle = install();
        awaitReading();
        assertEquals("meter-driver", figures().driver());
        bundle.stop();
        Await.until("the end of the device", () -> lanes.list().isEmpty());
        bundle.start();
        Await.until("its return", () -> lanes.list().size() == 1);
        awaitReading();
        configuration.delete();
        Await.until("the end of the device", () -> lanes.list().isEmpty());
        bundle.uninstall();
    }

    @Test
    void aChangeIsAppliedAndAWrongOneLeavesWhatWas() throws Exception {
        install();
        Configuration configuration = device(Map.of("endpoint", meter.endpoint()));
        awaitReading();
        update(configuration, Map.of("endpoint", meter.endpoint(), "channels", "power=12:f64; energy=1001:i64"));
        Await.until("the other channel", () -> channels.find("line1/energy").isPresent());
        awaitReading();
        assertEquals(ConnectionState.CONNECTED, figures().state());
        update(configuration, Map.of("endpoint", meter.endpoint(), "channels", "power=12:f32"));
        Await.until("the refusal", () -> figures().problem().contains("12:f32"));
        assertTrue(channels.find("line1/energy").isPresent());
    }

    @Test
    void aWrongDeviceIsNotMadeAndIsMadeOnceItIsMended() throws Exception {
        install();
        Configuration configuration = device(Map.of("endpoint", ""));
        Await.until("the refusal", () -> lanes.refused().stream()
                .anyMatch(r -> r.reason().contains("endpoint is empty")));
        assertEquals(List.of(), lanes.list());
        update(configuration, Map.of("endpoint", meter.endpoint()));
        awaitReading();
    }

    @Test
    void aDeviceThatItsModuleRefusesIsTriedAgainWhenTheModuleChanges() throws Exception {
        Bundle bundle = install();
        awaitStatus(bundle, ModuleState.READY, "");
        device(Map.of());
        awaitStatus(bundle, ModuleState.READY, "device 'line1' does not run: ");
        admin.getConfiguration("meter-driver", "?")
                .update(FrameworkUtil.asDictionary(Map.of("endpoint", meter.endpoint())));
        awaitReading();
        awaitStatus(bundle, ModuleState.READY, "");
        meter.close();
        awaitStatus(bundle, ModuleState.READY, "device 'line1' is not connected: ");
    }

    /** Waits until the module is in a state, for a reason that begins so; empty for none. */
    private void awaitStatus(Bundle bundle, ModuleState state, String reason) throws Exception {
        ModuleStatusSource source = framework.track(ModuleStatusSource.class).getService();
        assertEquals(bundle.getBundleId(), source.bundleId());
        Await.until(
                state + " " + reason,
                () -> source.status().state() == state
                        && (reason.isEmpty()
                                ? source.status().reason().isEmpty()
                                : source.status().reason().startsWith(reason)));
    }

    @Test
    void whatIsConfiguredForTheModuleHoldsForItsDevicesAndAChangeConnectsThemAnew() throws Exception {
        Configuration ofModule = admin.getConfiguration("meter-driver", "?");
        ofModule.update(FrameworkUtil.asDictionary(Map.of("endpoint", meter.endpoint())));
        install();
        device(Map.of());
        awaitReading();
        try (Meter other = Meter.tcp()) {
            ofModule.update(FrameworkUtil.asDictionary(Map.of("endpoint", other.endpoint())));
            meter.close();
            Await.until("the other meter", () -> lanes.list().stream()
                    .anyMatch(d -> d.state() == ConnectionState.CONNECTED));
            awaitReading();
        }
    }
}
