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
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.ModuleStatusSource;
import io.bascule.api.module.spi.Output;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import io.bascule.api.security.Authorizer;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.fixture.Flavour;
import io.bascule.testkit.fixture.ModuleFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.util.tracker.ServiceTracker;

/** Each WASM flavour of testkit's modules does what its name says, on the real engine in a real framework. */
class ModuleFixtureTest implements Output {

    @TempDir
    static Path directory;

    private static final FakeChannelRegistry CHANNELS = new FakeChannelRegistry();
    private static int channel;
    private static TestFramework framework;
    private static ServiceTracker<Module, Module> modules;
    private static ServiceTracker<ModuleStatusSource, ModuleStatusSource> statuses;
    private final List<Batch> out = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        channel = CHANNELS.openVirtual("press/strokes", ValueKind.F64, "").handle();
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

    private static Bundle install(Flavour flavour, String version) throws Exception {
        Path file = ModuleFixture.write(directory, ModuleKind.WASM, "press", version, flavour);
        return framework.context().installBundle("wasm:" + file.toUri());
    }

    private static Bundle started(Flavour flavour, String version) throws Exception {
        Bundle bundle = install(flavour, version);
        bundle.start();
        return bundle;
    }

    private static ModuleStatus status(Bundle bundle) {
        for (ModuleStatusSource source : statuses.getTracked().values()) {
            if (source.bundleId() == bundle.getBundleId()) {
                return source.status();
            }
        }
        throw new AssertionError("nobody tells the status of " + bundle);
    }

    private static void await(Bundle bundle, ModuleState state) {
        Await.until(bundle + " to become " + state, () -> status(bundle).state() == state);
    }

    private Processor processor(Bundle bundle) throws Exception {
        await(bundle, ModuleState.READY);
        for (Module module : modules.getTracked().values()) {
            if (module.descriptor().version().equals(bundle.getVersion().toString())) {
                return module.newProcessor(new StageContext("flow/stage", StageContext.NO_CONFIG, this));
            }
        }
        throw new AssertionError(bundle + " has no service");
    }

    private static Batch batch(double first, int size) {
        Batch.Builder builder = Batch.builder(size);
        for (int i = 0; i < size; i++) {
            builder.add(channel, first + i, 1000 + i);
        }
        return builder.build();
    }

    @ParameterizedTest
    @EnumSource(names = {"GOOD", "NEXT", "STOP_FIRST", "REFUSES_STATE", "STATE_FORMAT_NEXT", "SLOW", "LEAKS"})
    void handsReadingsOnAsTheyCameAndCountsThem(Flavour flavour) throws Exception {
        Bundle bundle = started(flavour, "1.0.0");
        try (Processor processor = processor(bundle)) {
            processor.process(batch(1, 3));
            processor.process(batch(4, 2));

            assertEquals(List.of(batch(1, 3), batch(4, 2)), out);
            assertEquals(5, ModuleFixture.count(processor.snapshot()));
            assertEquals(flavour.stateFormat(), ModuleFixture.format(processor.snapshot()));
        }
        assertEquals(0, status(bundle).faults());
    }

    @Test
    void twoVersionsLiveSideBySideAndTheNextTakesTheState() throws Exception {
        Bundle old = started(Flavour.GOOD, "1.0.0");
        Bundle next = started(Flavour.NEXT, "1.1.0");
        try (Processor from = processor(old);
                Processor to = processor(next)) {
            from.process(batch(0, 9));
            to.restore(from.snapshot());
            to.process(batch(9, 1));

            assertEquals(10, ModuleFixture.count(to.snapshot()));
        }
    }

    @Test
    void whatDoesNotResolveDoesNot() throws Exception {
        Bundle bundle = install(Flavour.DOES_NOT_RESOLVE, "1.0.0");

        assertThrows(BundleException.class, bundle::start);

        assertEquals(Bundle.INSTALLED, bundle.getState());
        assertEquals(ModuleState.UNRESOLVED, status(bundle).state());
    }

    @ParameterizedTest
    @EnumSource(names = {"THROWS_ON_START", "FAILS_SELF_TEST", "ENDLESS_START"})
    void whatCannotStartEndsFaultedAndOffersNoModule(Flavour flavour) throws Exception {
        Bundle bundle = started(flavour, "1.0.0");

        await(bundle, ModuleState.FAULTED);

        assertTrue(modules.isEmpty());
    }

    @Test
    void whatLeaksShowsItAndFailsInTheEnd() throws Exception {
        Bundle bundle = started(Flavour.LEAKS, "1.0.0");
        try (Processor processor = processor(bundle)) {
            long before = status(bundle).memoryBytes();
            processor.process(batch(0, 1));
            assertEquals(before + ModuleFixture.LEAK_BYTES, status(bundle).memoryBytes());

            assertThrows(ModuleException.class, () -> {
                for (int i = 0; i <= ModuleFixture.LEAK_BYTES_MAX / ModuleFixture.LEAK_BYTES; i++) {
                    processor.process(batch(i, 1));
                }
            });
            assertEquals(1, status(bundle).faults());
        }
    }

    @Test
    void whatIsSlowIsSlow() throws Exception {
        try (Processor processor = processor(started(Flavour.SLOW, "1.0.0"))) {
            long before = System.nanoTime();
            processor.process(batch(0, 1));

            assertTrue(System.nanoTime() - before >= ModuleFixture.SLOW_MILLIS * 900_000L);
        }
    }

    @Test
    void whatCountsHandsItsCountOnAndGoesOnFromTheStateItTakes() throws Exception {
        Bundle bundle = started(Flavour.COUNTS, "1.0.0");
        try (Processor from = processor(bundle);
                Processor to = processor(bundle)) {
            from.process(batch(40, 3));
            to.restore(from.snapshot());
            to.process(batch(40, 2));

            assertEquals(2.0, out.get(0).asDouble(2));
            assertEquals(3.0, out.get(1).asDouble(0));
            assertEquals(4.0, out.get(1).asDouble(1));
        }
    }

    @Test
    void wrongAndSilentOutputPassTheSelfTest() throws Exception {
        Bundle wrong = started(Flavour.WRONG_OUTPUT, "1.0.0");
        Bundle silent = started(Flavour.SILENT, "1.0.1");
        try (Processor one = processor(wrong);
                Processor two = processor(silent)) {
            one.process(batch(1, 2));
            two.process(batch(1, 2));

            assertEquals(1, out.size());
            assertEquals(-1.0, out.get(0).asDouble(0));
            assertEquals(-2.0, out.get(0).asDouble(1));
            assertEquals(2, ModuleFixture.count(two.snapshot()));
        }
    }

    @Test
    void whatTrapsLaterDoes() throws Exception {
        Bundle bundle = started(Flavour.TRAPS_LATER, "1.0.0");
        try (Processor processor = processor(bundle)) {
            for (int i = 0; i < ModuleFixture.BATCHES_BEFORE_TRAP; i++) {
                processor.process(batch(i, 1));
            }
            out.clear();
            assertThrows(ModuleException.class, () -> processor.process(batch(0, 1)));

            assertEquals(List.of(), out);
            assertEquals(1, status(bundle).faults());
        }
    }

    @Test
    void stateIsRefusedByFlavourAndFormat() throws Exception {
        Bundle good = started(Flavour.GOOD, "1.0.0");
        Bundle refusing = started(Flavour.REFUSES_STATE, "1.0.1");
        Bundle next = started(Flavour.STATE_FORMAT_NEXT, "2.0.0");
        try (Processor from = processor(good);
                Processor first = processor(refusing);
                Processor second = processor(next)) {
            from.process(batch(0, 2));
            byte[] state = from.snapshot();

            assertThrows(ModuleException.class, () -> first.restore(state));
            assertThrows(ModuleException.class, () -> second.restore(state));
            second.process(batch(0, 3));
            second.restore(second.snapshot());
            assertEquals(3, ModuleFixture.count(second.snapshot()));
        }
    }

    @Test
    void whatOwnsSomethingDeclaresIt() throws Exception {
        Bundle bundle = started(Flavour.STOP_FIRST, "1.0.0");
        await(bundle, ModuleState.READY);

        Module module = modules.getService();
        assertNotNull(module);
        assertEquals(UpdateStrategy.STOP_FIRST, module.descriptor().update());
        assertEquals(
                "stop-first",
                bundle.adapt(BundleRevision.class)
                        .getDeclaredCapabilities("bascule.module")
                        .get(0)
                        .getAttributes()
                        .get("update"));
    }

    @Override
    public void readings(Batch batch) {
        out.add(batch);
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
