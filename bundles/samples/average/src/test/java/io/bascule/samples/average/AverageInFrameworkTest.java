/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.samples.average;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.ModuleStatusSource;
import io.bascule.api.module.spi.Output;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.fixture.ModuleFixture;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** The bundle as it is delivered, with the real component runtime and Configuration Admin. */
class AverageInFrameworkTest implements Output {

    private static final String BSN = "io.bascule.samples.average";

    @TempDir
    Path folder;

    private final List<Double> values = new ArrayList<>();
    private final FakeChannelRegistry channels = new FakeChannelRegistry();
    private Framework framework;
    private ServiceTracker<Module, Module> modules;
    private ServiceTracker<ModuleStatusSource, ModuleStatusSource> sources;

    @BeforeEach
    void start() throws Exception {
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        ModuleFixture.systemPackages()
                                + ",org.osgi.service.cm;version=1.6.1,org.osgi.service.component;version=1.5.1"
                                + ",org.osgi.service.component.runtime;version=1.5.0"
                                + ",org.osgi.service.component.runtime.dto;version=1.5.0"
                                + ",org.osgi.util.promise;version=1.3.0,org.osgi.util.function;version=1.2.0"
                                + ",org.slf4j;version=1.7.36",
                        "felix.log.level",
                        "1"));
        framework.start();
        framework.getBundleContext().registerService(ChannelRegistry.class, channels, null);
        modules = new ServiceTracker<>(framework.getBundleContext(), Module.class, null);
        sources = new ServiceTracker<>(framework.getBundleContext(), ModuleStatusSource.class, null);
        modules.open();
        sources.open();
        start("org.apache.felix.scr.impl.Activator");
        start("org.apache.felix.cm.impl.ConfigurationManager");
    }

    @AfterEach
    void stop() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    private Bundle start(String className) throws Exception {
        String location = Class.forName(className, false, getClass().getClassLoader())
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toExternalForm();
        Bundle bundle = framework.getBundleContext().installBundle("reference:" + location);
        bundle.start();
        return bundle;
    }

    /** Packs the compiled bundle as another version of itself. */
    private Bundle startVersion(String version) throws Exception {
        Path classes = Path.of(AverageModule.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Manifest manifest;
        try (InputStream in = Files.newInputStream(classes.resolve("META-INF/MANIFEST.MF"))) {
            manifest = new Manifest(in);
        }
        String present = manifest.getMainAttributes().getValue(Constants.BUNDLE_VERSION);
        for (String header : List.of(Constants.BUNDLE_VERSION, Constants.PROVIDE_CAPABILITY)) {
            String value = manifest.getMainAttributes().getValue(header);
            manifest.getMainAttributes().putValue(header, value.replace(present, version));
        }
        Path jar = folder.resolve(version + ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path each :
                    files.filter(f -> f.toString().matches(".*\\.(class|xml)")).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(each)
                        .toString()
                        .replace(each.getFileSystem().getSeparator(), "/")));
                Files.copy(each, out);
                out.closeEntry();
            }
        }
        Bundle bundle = framework.getBundleContext().installBundle(jar.toUri().toString());
        bundle.start();
        return bundle;
    }

    private Configuration configuration(String pid) throws Exception {
        ServiceTracker<ConfigurationAdmin, ConfigurationAdmin> admin =
                new ServiceTracker<>(framework.getBundleContext(), ConfigurationAdmin.class, null);
        admin.open();
        return admin.waitForService(10_000).getConfiguration(pid, "?");
    }

    private Optional<ModuleStatus> status(Bundle bundle) {
        return sources.getTracked().values().stream()
                .filter(s -> s.bundleId() == bundle.getBundleId())
                .findFirst()
                .map(ModuleStatusSource::status);
    }

    private Processor processor(String version) throws Exception {
        Module module = modules.getTracked().entrySet().stream()
                .filter(e -> version.equals(e.getKey().getProperty(Module.VERSION)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no module of version " + version))
                .getValue();
        return module.newProcessor(new StageContext("flow/stage", StageContext.NO_CONFIG, this));
    }

    private double sent(Processor processor, double value) throws Exception {
        processor.process(Batch.builder(1).add(1, value, 0).build());
        return values.get(values.size() - 1);
    }

    @Test
    void offersItselfAsTheModuleThatItsManifestDeclares() throws Exception {
        Bundle bundle = start(AverageModule.class.getName());

        assertEquals(ModuleState.READY, status(bundle).orElseThrow().state());
        assertEquals("average-native", modules.getServiceReference().getProperty(Module.NAME));
        assertEquals("native", modules.getServiceReference().getProperty(Module.KIND));
        assertEquals(
                bundle.getVersion().toString(), modules.getServiceReference().getProperty(Module.VERSION));
        String declared = bundle.getHeaders("").get(Constants.PROVIDE_CAPABILITY);
        assertTrue(declared.contains("name=\"average-native\"") || declared.contains("name=average-native"), declared);
        assertTrue(declared.contains("version:Version=\"" + bundle.getVersion() + "\""), declared);
        modules.getService().selfTest();
        bundle.stop();
        assertTrue(modules.isEmpty() && sources.isEmpty());
    }

    @Test
    void takesItsConfigurationAndKeepsItsStateWhenThatChanges() throws Exception {
        Configuration configuration = configuration("average-native");
        configuration.update(FrameworkUtil.asDictionary(Map.of("window", 2)));
        start(AverageModule.class.getName());
        Await.until("the module", () -> !modules.isEmpty());
        try (Processor processor =
                processor(String.valueOf(modules.getServiceReference().getProperty(Module.VERSION)))) {
            sent(processor, 10);
            sent(processor, 20);
            assertEquals(25.0, sent(processor, 30));

            configuration.update(FrameworkUtil.asDictionary(Map.of("window", 3)));
            Await.until("the new window", () -> processor.timerDueNanos() != Long.MAX_VALUE);
            assertEquals((20.0 + 30 + 40) / 3, sent(processor, 40));
        }
    }

    @Test
    void refusesAWrongConfigurationAndSaysWhy() throws Exception {
        Configuration configuration = configuration("average-native");
        configuration.update(FrameworkUtil.asDictionary(Map.of("windw", 2)));
        Bundle bundle = start(AverageModule.class.getName());
        Await.until("the refusal", () -> status(bundle)
                .filter(s -> s.state() == ModuleState.FAULTED)
                .isPresent());

        assertTrue(status(bundle).orElseThrow().reason().contains("settings [windw] are not of this module"));
        assertTrue(modules.isEmpty());

        configuration.update(FrameworkUtil.asDictionary(Map.of("window", 2)));
        Await.until("the module to start with the right one", () -> !modules.isEmpty());
        configuration.update(FrameworkUtil.asDictionary(Map.of("window", 0)));
        Await.until("the refusal of the next", () -> status(bundle)
                .filter(s -> s.reason().contains("'window' is 0"))
                .isPresent());
        assertEquals(ModuleState.READY, status(bundle).orElseThrow().state());
    }

    @Test
    void twoVersionsRunSideBySideEachWithTheConfigurationMeantForIt() throws Exception {
        configuration("average-native").update(FrameworkUtil.asDictionary(Map.of("window", 1)));
        configuration("average-native|" + BSN + "|2.0.0").update(FrameworkUtil.asDictionary(Map.of("window", 2)));
        startVersion("1.0.0");
        startVersion("2.0.0");
        Await.until("both versions", () -> modules.size() == 2);

        try (Processor old = processor("1.0.0");
                Processor next = processor("2.0.0")) {
            sent(old, 10);
            assertEquals(20.0, sent(old, 20));
            next.restore(old.snapshot());
            assertEquals(25.0, sent(next, 30));
        }
    }

    @Override
    public void readings(Batch batch) {
        values.add(batch.asDouble(0));
    }

    @Override
    public void message(String topic, byte[] payload) {
        throw new AssertionError("a message on '" + topic + "'");
    }

    @Override
    public void alert(Alert alert) {
        throw new AssertionError("an alert: " + alert);
    }
}
