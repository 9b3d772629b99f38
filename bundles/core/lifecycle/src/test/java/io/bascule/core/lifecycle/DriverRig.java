/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.core.driver.DriverModules;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.FakeConfigurationAdmin;
import io.bascule.testkit.driver.FakeDriver;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.cm.Configuration;

/**
 * The real driver runtime beside a deployment manager in a real framework. What declarative services do for a driver's bundle is
 * done here: while the bundle is started, each configuration of its factory PID is a device of its driver. Which driver it is says
 * a header.
 */
final class DriverRig implements AutoCloseable {

    static final String FACTORY = "test.driver.line";
    static final String NAME = "line";
    private static final String DOES = "Test-Driver";
    private static final int POLL_MILLIS = 5;

    /** What a version of the driver does. */
    enum Version {
        GOOD,
        /** Its devices never answer. */
        DEAD,
        /** It breaks its contract in every connection. */
        BROKEN,
        /** It refuses configurations that others take. */
        STRICT,
        /** Its factory serves other modules, too: a device names its module. */
        SHARED
    }

    final Rig rig;
    final FakeChannelRegistry registry = new FakeChannelRegistry();
    final LaneDriverRuntime runtime = new LaneDriverRuntime(registry);
    /** What happened, in order: {@code +BUNDLE} and {@code -BUNDLE} for started and stopping, {@code connect VERSION}. */
    final List<String> events = new CopyOnWriteArrayList<>();

    final BundleModuleManager manager;
    private final DriverModules modules;
    private final Path folder;
    private final Future<?> looking;
    private final ScheduledExecutorService components = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, Running> running = Collections.synchronizedMap(new TreeMap<>());

    private record Running(Bundle bundle, Optional<RunningDevice> device, Map<String, Object> properties) {}

    DriverRig(Path folder, FakeConfigurationAdmin configurations) throws Exception {
        this.folder = Files.createDirectories(folder.resolve("drivers"));
        rig = new Rig(folder, configurations, new FakeGrants());
        rig.context().registerService(DriverRuntime.class, runtime, null);
        rig.context().registerService(ChannelRegistry.class, registry, null);
        modules = new DriverModules(rig.context(), runtime, registry, configurations);
        manager = new BundleModuleManager(rig.context(), Rig.LIMITS, folder.resolve("manager"));
        rig.context().addBundleListener((SynchronousBundleListener) event -> {
            if (event.getBundle().getHeaders("").get(DOES) == null) {
                return;
            }
            if (event.getType() == BundleEvent.STARTED) {
                events.add("+" + event.getBundle().getVersion());
            } else if (event.getType() == BundleEvent.STOPPING) {
                events.add("-" + event.getBundle().getVersion());
                look();
            }
        });
        looking = components.scheduleWithFixedDelay(this::look, 0, POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void look() {
        Map<String, Bundle> bundles = new TreeMap<>();
        Map<String, Map<String, Object>> wanted = new TreeMap<>();
        for (Bundle bundle : rig.context().getBundles()) {
            if (bundle.getHeaders("").get(DOES) != null && bundle.getState() == Bundle.ACTIVE) {
                for (Configuration each : configurations()) {
                    wanted.put(each.getPid(), properties(each));
                    bundles.put(each.getPid(), bundle);
                }
            }
        }
        for (Map.Entry<String, Running> each : List.copyOf(running.entrySet())) {
            Running now = each.getValue();
            if (!now.bundle().equals(bundles.get(each.getKey()))) {
                now.device().ifPresent(RunningDevice::close);
                running.remove(each.getKey());
            } else if (!now.properties().equals(wanted.get(each.getKey()))) {
                running.put(each.getKey(), new Running(now.bundle(), now.device(), wanted.get(each.getKey())));
                now.device().ifPresent(device -> reconfigure(device, wanted.get(each.getKey())));
            }
        }
        bundles.forEach((pid, bundle) -> {
            if (!running.containsKey(pid)) {
                running.put(pid, new Running(bundle, start(bundle, wanted.get(pid)), wanted.get(pid)));
            }
        });
    }

    private List<Configuration> configurations() {
        try {
            Configuration[] found = rig.configurations.listConfigurations("(service.factoryPid=" + FACTORY + ")");
            return found == null ? List.of() : List.of(found);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Object> properties(Configuration configuration) {
        Map<String, Object> map = new TreeMap<>();
        Collections.list(configuration.getProperties().keys())
                .forEach(key -> map.put(key, configuration.getProperties().get(key)));
        return map;
    }

    private static void reconfigure(RunningDevice device, Map<String, Object> properties) {
        try {
            device.reconfigure(properties);
        } catch (IllegalArgumentException e) {
            // As in the gateway: the component logs it and goes on.
            return;
        }
    }

    private Optional<RunningDevice> start(Bundle bundle, Map<String, Object> properties) {
        Version version = Version.valueOf(bundle.getHeaders("").get(DOES));
        try {
            return Optional.of(runtime.start(FACTORY, NAME, properties, settings -> {
                if (version == Version.STRICT) {
                    settings.problem("host: expected a name with a domain");
                }
                return new TestDriver(
                        new FakeDriver(settings), version, bundle.getVersion().toString(), events);
            }));
        } catch (IllegalArgumentException | IllegalStateException e) {
            // As in the gateway: the component is not activated.
            return Optional.empty();
        }
    }

    String artefact(String version, Version does) throws Exception {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, "test.line");
        main.putValue(Constants.BUNDLE_VERSION, version);
        main.putValue(DOES, does.name());
        main.putValue(
                Constants.PROVIDE_CAPABILITY,
                "bascule.module;name=" + NAME + ";version:Version=\"" + version
                        + "\";kind=native;world=driver;devices=\"" + FACTORY + "\""
                        + (does == Version.SHARED ? ";devicesKey=module" : ""));
        Path file = folder.resolve("line-" + version + "-" + does + ".jar");
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.flush();
        }
        return file.toUri().toString();
    }

    ModuleChange.Put put(String version, Version does) throws Exception {
        return ModuleChange.Put.from(artefact(version, does));
    }

    ModuleChange.Put put(String version, Version does, Map<String, Object> configuration) throws Exception {
        return new ModuleChange.Put(
                NAME,
                version,
                artefact(version, does),
                "",
                0,
                Map.of(),
                Optional.of(configuration),
                Optional.empty(),
                Optional.empty());
    }

    /** Configures a device as a file in etc/ would. */
    void configure(String device) throws Exception {
        rig.configurations
                .getFactoryConfiguration(FACTORY, device, "?")
                .update(FrameworkUtil.asDictionary(settings(device, 10)));
    }

    static Map<String, Object> settings(String device, long scanMillis) {
        return Map.of("device", device, "channels", "x=f64:a", "scanPeriodMillis", scanMillis, "retryMinMillis", 5L);
    }

    Optional<DeviceFigures> device(String name) {
        return runtime.list().stream().filter(d -> d.device().equals(name)).findFirst();
    }

    void awaitConnected(String name) {
        Await.until(name + " is connected", () -> device(name)
                .filter(d -> d.state() == ConnectionState.CONNECTED)
                .isPresent());
    }

    @Override
    public void close() throws IOException, BundleException {
        looking.cancel(false);
        components.shutdownNow();
        modules.close();
        manager.close();
        runtime.close();
        rig.close();
    }

    List<String> violations() {
        return new ArrayList<>(registry.violations());
    }

    /** A device that does as its version says. */
    private static final class TestDriver implements Driver<FakeDriver.Place> {
        private final FakeDriver driver;
        private final Version does;
        private final String version;
        private final List<String> events;

        TestDriver(FakeDriver driver, Version does, String version, List<String> events) {
            this.driver = driver;
            this.does = does;
            this.version = version;
            this.events = events;
            driver.set("a", new Value.F64(1));
        }

        @Override
        public FakeDriver.Place address(ChannelConfig channel) {
            return driver.address(channel);
        }

        @Override
        public ReadPlan plan(List<FakeDriver.Place> addresses, Duration period) {
            return driver.plan(addresses, period);
        }

        @Override
        public void connect(Deadline deadline) throws DriverException {
            if (does == Version.DEAD) {
                throw new DriverException("nobody answers version " + version);
            }
            if (does == Version.BROKEN) {
                throw new UnsupportedOperationException("version " + version + " is broken");
            }
            events.add("connect " + version);
            driver.connect(deadline);
        }

        @Override
        public void disconnect() {
            if (driver.isConnected()) {
                events.add("disconnect " + version);
            }
            driver.disconnect();
        }
    }
}
