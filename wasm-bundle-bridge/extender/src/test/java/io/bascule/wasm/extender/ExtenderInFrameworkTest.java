/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.ModuleStatusSource;
import io.bascule.api.module.spi.Output;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import io.bascule.api.security.Authorizer;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** The bundles as they are delivered, in a framework: modules are installed, updated, configured and removed as bundles. */
class ExtenderInFrameworkTest {

    private static final String META = "{\"abi\":1,\"name\":\"guest\",\"version\":\"1.0.0\",\"world\":\"processor\","
            + "\"config\":{\"properties\":{\"n\":{\"type\":\"integer\",\"default\":1,\"maximum\":9}}}}";
    /** Refuses {"n":7}: the digit is the sixth character. */
    private static final String REFUSES_SEVEN =
            "(select (i32.const -2) (i32.const 0) (i32.eq (i32.load8_u offset=5 (local.get 0)) (i32.const 55)))";

    @TempDir
    static Path directory;

    private static final FakeChannelRegistry CHANNELS = new FakeChannelRegistry();
    private static TestFramework framework;
    private static ServiceTracker<Module, Module> modules;
    private static ServiceTracker<ModuleStatusSource, ModuleStatusSource> statuses;

    @BeforeAll
    static void start() throws Exception {
        framework = new TestFramework(directory.resolve("cache"));
        framework.context().registerService(ChannelRegistry.class, CHANNELS, null);
        framework.context().registerService(ChannelWriter.class, (subject, writes) -> List.of(), null);
        framework
                .context()
                .registerService(
                        Authorizer.class, (subject, capability, object) -> new Authorizer.Decision(true, ""), null);
        modules = framework.track(Module.class);
        statuses = framework.track(ModuleStatusSource.class);
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
    }

    @AfterAll
    static void stop() throws Exception {
        framework.stop();
    }

    @AfterEach
    void removeModules() throws Exception {
        for (Bundle bundle : framework.context().getBundles()) {
            if (bundle.getLocation().startsWith("wasm:")) {
                bundle.uninstall();
            }
        }
        Await.until("all modules to be gone", () -> modules.isEmpty() && statuses.isEmpty());
    }

    private static Bundle install(byte[] wasm) throws Exception {
        return framework.context().installBundle("wasm:" + file(wasm));
    }

    private static String file(byte[] wasm) throws IOException {
        Path file = directory.resolve("guest.wasm");
        Files.write(file, wasm);
        return file.toUri().toString();
    }

    private static Module ready(String version) {
        Await.until(
                "module of version " + version + ", now " + Arrays.toString(statuses.getServices()),
                () -> modules.getService() != null
                        && modules.getService().descriptor().version().equals(version));
        // The service is there a moment before the state says so.
        Await.until("the module to say that it is ready", () -> status().state() == ModuleState.READY);
        return modules.getService();
    }

    private static ModuleStatus status() {
        ModuleStatusSource source = statuses.getService();
        assertNotNull(source, "nobody tells the status");
        return source.status();
    }

    @Test
    void aModuleIsABundleFromInstallToUninstall() throws Exception {
        Bundle bundle = install(TestGuest.good().emitting().wasm(META));
        assertEquals("guest", bundle.getSymbolicName());
        assertEquals(ModuleState.INSTALLED, status().state());
        assertEquals(bundle.getBundleId(), statuses.getServiceReference().getProperty(ModuleStatusSource.BUNDLE_ID));
        bundle.start();
        Module module = ready("1.0.0");
        assertEquals("guest", modules.getServiceReference().getProperty(Module.NAME));
        assertEquals("wasm", modules.getServiceReference().getProperty(Module.KIND));
        assertEquals(ModuleState.READY, status().state());
        Processor processor = module.newProcessor(StageContext.trial(module.descriptor()));
        Batch batch = Batch.builder(1).add(1, 1.0, 1).build();
        processor.process(batch);
        assertEquals(1, module.status().calls());
        bundle.stop();
        Await.until("the module to be stopped", () -> modules.isEmpty() && status().state() == ModuleState.INSTALLED);
        assertThrows(ModuleException.class, () -> processor.process(batch));
        bundle.start();
        ready("1.0.0");
    }

    @Test
    void anUpdateFromTheSamePlaceBringsTheNewVersion() throws Exception {
        Bundle bundle = install(TestGuest.good().wasm(META));
        bundle.start();
        ready("1.0.0");
        file(TestGuest.good().wasm(META.replace("1.0.0", "1.1.0")));
        bundle.update();
        ready("1.1.0");
        assertEquals("1.1.0", bundle.getVersion().toString());
    }

    @Test
    void theResolverRefusesAnUnknownImportAndTheStatusSaysWhatIsOffered() throws Exception {
        Bundle bundle = install(TestGuest.good()
                .importing("bascule:gateway/video@1.0.0", "frame", "(param i32)")
                .wasm(META));
        BundleException refused = assertThrows(BundleException.class, bundle::start);
        assertTrue(refused.getMessage().contains("interface=video"), refused.getMessage());
        ModuleStatus status = status();
        assertEquals(ModuleState.UNRESOLVED, status.state());
        assertTrue(status.reason().contains("video 1.0 (frame)"), status.reason());
        assertTrue(status.reason().contains("emit"), status.reason());
    }

    @Test
    void theResolverRefusesAnInterfaceOfAnotherVersion() throws Exception {
        Bundle bundle = install(TestGuest.good()
                .importing("bascule:gateway/log@2.0.0", "write", "(param i32 i32 i32)")
                .wasm(META));
        BundleException refused = assertThrows(BundleException.class, bundle::start);
        assertTrue(refused.getMessage().contains("interface=log"), refused.getMessage());
    }

    @Test
    void aConfigurationIsAppliedWithoutRestartAndARefusedOneIsReported() throws Exception {
        install(TestGuest.good().configure(REFUSES_SEVEN).wasm(META)).start();
        Module module = ready("1.0.0");
        ConfigurationAdmin admin = framework.track(ConfigurationAdmin.class).getService();
        Configuration configuration = admin.getConfiguration("guest", "?");
        try {
            configuration.update(FrameworkUtil.asDictionary(Map.of("n", "7")));
            Await.until("the refusal", () -> status().reason().contains("refused"));
            assertEquals(ModuleState.READY, status().state());
            configuration.update(FrameworkUtil.asDictionary(Map.of("n", 10L)));
            Await.until("the check against the schema", () -> status().reason().contains("'n' is 10"));
            configuration.update(FrameworkUtil.asDictionary(Map.of("n", 5L)));
            Await.until("the good one", () -> status().reason().isEmpty());
            assertEquals(module, modules.getService());
        } finally {
            configuration.delete();
        }
    }

    @Test
    void aModuleThatRefusesItsConfigurationStartsOnceItIsMended() throws Exception {
        ConfigurationAdmin admin = framework.track(ConfigurationAdmin.class).getService();
        Configuration configuration = admin.getConfiguration("guest", "?");
        try {
            configuration.update(FrameworkUtil.asDictionary(Map.of("n", "7")));
            install(TestGuest.good().configure(REFUSES_SEVEN).wasm(META)).start();
            Await.until("the refusal", () -> status().state() == ModuleState.FAULTED);
            configuration.update(FrameworkUtil.asDictionary(Map.of("n", "6")));
            ready("1.0.0");
        } finally {
            configuration.delete();
        }
    }

    @Test
    void aModuleThatFailsItsSelfTestIsNeverAService() throws Exception {
        install(TestGuest.good().test("(i32.const -1)").wasm(META)).start();
        Await.until("the failure", () -> status().state() == ModuleState.FAULTED);
        assertTrue(status().reason().contains("self-test"), status().reason());
        assertTrue(modules.isEmpty());
    }

    @Test
    void tooManyFaultsTakeTheServiceAway() throws Exception {
        install(TestGuest.good().process("unreachable").wasm(META)).start();
        Module module = ready("1.0.0");
        Processor processor = module.newProcessor(StageContext.trial(module.descriptor()));
        Batch batch = Batch.builder(1).add(1, 1.0, 1).build();
        Await.until("the module to be faulted", () -> {
            assertThrows(ModuleException.class, () -> processor.process(batch));
            return status().state() == ModuleState.FAULTED;
        });
        Await.until("the service to go", () -> modules.isEmpty());
    }

    @Test
    void theDeployFolderInstallsUpdatesAndUninstalls() throws Exception {
        Path file = directory.resolve(TestFramework.DEPLOY).resolve("hot.wasm");
        Files.write(file, TestGuest.good().wasm(META));
        ready("1.0.0");
        Files.write(file, TestGuest.good().wasm(META.replace("1.0.0", "1.0.1")));
        ready("1.0.1");
        Files.delete(file);
        Await.until("the module to be gone", () -> modules.isEmpty() && statuses.isEmpty());
    }

    static Stream<Path> samples() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("../samples"), 2)) {
            return files
                    .filter(f -> f.toString().endsWith(".wasm")
                            && !f.toString().contains("build")
                            && !f.toString().contains("kernels"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everySampleGetsReady(Path sample) throws Exception {
        framework.context().installBundle("wasm:" + sample.toRealPath().toUri()).start();
        Module module = ready("1.0.0");
        assertTrue(
                sample.getFileName().toString().startsWith(module.descriptor().name()));
    }

    @Test
    void theMovingAverageRaisesAnAlert() throws Exception {
        Path sample =
                Path.of("../samples/moving-average/moving-average-1.0.0.wasm").toRealPath();
        framework.context().installBundle("wasm:" + sample.toUri()).start();
        Module module = ready("1.0.0");
        int channel =
                CHANNELS.openVirtual("press/temperature", ValueKind.F64, "").handle();
        List<Batch> batches = new CopyOnWriteArrayList<>();
        List<Alert> alerts = new CopyOnWriteArrayList<>();
        Output output = new Output() {
            @Override
            public void readings(Batch batch) {
                batches.add(batch);
            }

            @Override
            public void message(String topic, byte[] payload) {}

            @Override
            public void alert(Alert alert) {
                alerts.add(alert);
            }
        };
        Processor processor =
                module.newProcessor(new StageContext("demo/average", "{\"threshold\":80,\"window\":4}", output));
        Batch.Builder hot = Batch.builder(8);
        for (int i = 0; i < 8; i++) {
            hot.add(channel, 70.0 + i * 5, i * 1_000_000_000L);
        }
        processor.process(hot.build());
        assertEquals(8, batches.get(0).size());
        assertEquals(1, alerts.size());
        assertEquals("press/temperature", alerts.get(0).channel());
        assertEquals("moving-average", alerts.get(0).source());
        processor.close();
    }
}
