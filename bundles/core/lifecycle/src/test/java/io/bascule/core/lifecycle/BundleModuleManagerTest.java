/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleManager.Entry;
import io.bascule.api.module.ModuleState;
import io.bascule.api.security.Capability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/** Against a real framework: what matters here is what it does, not what we think that it does. */
@Timeout(60)
class BundleModuleManagerTest {

    private static final String HOST_IO = "bascule.host;filter:=\"(&(interface=io)(version>=1.0)(!(version>=2.0)))\"";

    private Path folder;
    private EmbeddedFramework framework;
    private BundleModuleManager manager;

    @BeforeEach
    void open(@TempDir Path data) throws Exception {
        folder = data;
        framework = new EmbeddedFramework(data);
        LifecycleLimits limits =
                new LifecycleLimits(Duration.ofMillis(500), Duration.ofSeconds(10), 1024 * 1024, 20, 1L << 30, 1000);
        manager = new BundleModuleManager(framework.context(), limits, data.resolve("artefacts"));
    }

    @AfterEach
    void close() throws Exception {
        manager.close();
        framework.close();
    }

    private static String message(ModuleException e) {
        return String.valueOf(e.getMessage());
    }

    private String fir(String version, Map<String, String> more) throws Exception {
        return framework.module("fir-" + version, "fir", version, more);
    }

    @Test
    void installsAModuleAndStartsItAndWaitsUntilItIsReady() throws Exception {
        Entry installed = manager.install(fir("1.0.0", Map.of()));
        assertEquals(ModuleState.INSTALLED, installed.status().state());
        assertEquals("fir", installed.descriptor().name());
        assertEquals("1.0.0", installed.descriptor().version());

        Entry started = manager.start("fir");

        assertEquals(ModuleState.READY, started.status().state());
        assertEquals(ModuleState.INSTALLED, manager.stop("fir").status().state());
        manager.uninstall("fir");
        assertEquals(List.of(), manager.list());
    }

    @Test
    void refusesABundleThatIsNoModuleBeforeTheFrameworkSeesIt() throws Exception {
        int before = framework.context().getBundles().length;

        ModuleException e =
                assertThrows(ModuleException.class, () -> manager.install(framework.bundle("plain", Map.of())));

        assertTrue(message(e).contains("does not provide the capability bascule.module"), message(e));
        assertEquals(before, framework.context().getBundles().length);
    }

    @Test
    void refusesASecondModuleOfTheSameNameAndVersionAndTheSameLocation() throws Exception {
        String first = fir("1.0.0", Map.of());
        manager.install(first);

        ModuleException sameLocation = assertThrows(ModuleException.class, () -> manager.install(first));
        ModuleException sameVersion = assertThrows(
                ModuleException.class, () -> manager.install(framework.module("copy", "fir", "1.0.0", Map.of())));

        assertTrue(message(sameLocation).contains("is installed already as bundle"), message(sameLocation));
        assertTrue(message(sameVersion).contains("fir@1.0.0 (bundle"), message(sameVersion));
    }

    @Test
    void saysWhichHostInterfaceIsMissingAndWhatIsOffered() throws Exception {
        manager.install(fir("1.0.0", Map.of("Require-Capability", HOST_IO)));

        Entry entry = manager.find("fir").orElseThrow();
        ModuleException e = assertThrows(ModuleException.class, () -> manager.start("fir"));

        assertEquals(ModuleState.UNRESOLVED, entry.status().state());
        assertTrue(
                message(e)
                        .contains(
                                "host interface 'io' version [1.0,2.0) is needed; this gateway offers no host interface"),
                message(e));

        framework
                .context()
                .installBundle(framework.bundle(
                        "host",
                        Map.of(
                                "Provide-Capability",
                                "bascule.host;interface=io;version:Version=2.1,"
                                        + "bascule.host;interface=log;version:Version=1.0")));
        ModuleException other = assertThrows(ModuleException.class, () -> manager.start("fir"));
        assertTrue(
                message(other)
                        .contains(
                                "host interface 'io' version [1.0,2.0) is needed; this gateway offers it in version 2.1.0"),
                message(other));
    }

    @Test
    void showsWhatAModuleNeedsToBeGranted() throws Exception {
        String channel = "bascule.host;filter:=\"(&(interface=channel)(version>=1.0)(!(version>=2.0)))\"";
        manager.install(fir("1.0.0", Map.of("Require-Capability", HOST_IO + "," + channel)));

        assertEquals(
                Set.of(Capability.IO, Capability.CHANNEL_READ, Capability.CHANNEL_WRITE),
                manager.find("fir").orElseThrow().descriptor().capabilities());
    }

    @Test
    void namesAnyOtherRequirementThatIsMissing() throws Exception {
        manager.install(fir("1.0.0", Map.of("Import-Package", "com.example.nowhere;version=\"[1,2)\"")));

        ModuleException e = assertThrows(ModuleException.class, () -> manager.start("fir"));

        assertTrue(message(e).contains("com.example.nowhere"), message(e));
    }

    @Test
    void tellsWhyAModuleFaultedOrDidNotGetReadyInTime() throws Exception {
        manager.install(fir("1.0.0", Map.of(EmbeddedFramework.OUTCOME, "faulted")));
        manager.install(framework.module("slow", "slow", "1.0.0", Map.of(EmbeddedFramework.OUTCOME, "never")));

        ModuleException faulted = assertThrows(ModuleException.class, () -> manager.start("fir"));
        ModuleException slow = assertThrows(ModuleException.class, () -> manager.start("slow"));

        assertTrue(message(faulted).contains("it is FAULTED, self-test failed: expected 1, got 2"), message(faulted));
        assertTrue(message(slow).contains("is not ready after 500 ms: it is STARTING"), message(slow));
    }

    @Test
    void updatesARunningModule() throws Exception {
        manager.install(fir("1.0.0", Map.of()));
        Entry before = manager.start("fir");

        Entry after = manager.update("fir", fir("1.1.0", Map.of()));

        assertEquals(before.bundleId(), after.bundleId());
        assertEquals("1.1.0", after.descriptor().version());
        assertEquals(ModuleState.READY, after.status().state());
        assertEquals(1, manager.list().size());
    }

    @Test
    void updatesFromTheModulesOwnLocationWhenNoUrlIsGiven() throws Exception {
        String url = fir("1.0.0", Map.of());
        manager.install(url);
        manager.start("fir");
        Path fresh = Path.of(java.net.URI.create(fir("1.2.0", Map.of())));
        Files.move(fresh, Path.of(java.net.URI.create(url)), StandardCopyOption.REPLACE_EXISTING);

        assertEquals("1.2.0", manager.update("fir", "").descriptor().version());
    }

    @Test
    void putsTheOldArtefactBackWhenTheNewOneFaults() throws Exception {
        String url = fir("1.0.0", Map.of());
        long id = manager.install(url).bundleId();
        manager.start("fir");
        // The file that it came from is gone: what comes back must come from the framework's copy.
        Files.delete(Path.of(java.net.URI.create(url)));

        ModuleException e = assertThrows(
                ModuleException.class,
                () -> manager.update("fir", fir("2.0.0", Map.of(EmbeddedFramework.OUTCOME, "faulted"))));

        assertTrue(message(e).contains("self-test failed"), message(e));
        assertTrue(message(e).endsWith("version 1.0.0 is back"), message(e));
        Entry entry = manager.find("fir").orElseThrow();
        assertEquals("1.0.0", entry.descriptor().version());
        assertEquals(ModuleState.READY, entry.status().state());
        Bundle bundle = framework.context().getBundle(id);
        assertNotNull(bundle.getEntry("content/fir-1.0.0.txt"));
        try (Stream<Path> left = Files.list(folder.resolve("artefacts"))) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void putsTheOldArtefactBackWhenTheNewOneDoesNotResolve() throws Exception {
        manager.install(fir("1.0.0", Map.of()));
        manager.start("fir");

        ModuleException e = assertThrows(
                ModuleException.class,
                () -> manager.update("fir", fir("2.0.0", Map.of("Require-Capability", HOST_IO))));

        assertTrue(message(e).contains("host interface 'io'"), message(e));
        assertEquals(
                ModuleState.READY, manager.find("fir").orElseThrow().status().state());
    }

    @Test
    void leavesAModuleUntouchedWhenTheNewArtefactCannotBeReadOrIsAnother() throws Exception {
        manager.install(fir("1.0.0", Map.of()));
        manager.start("fir");

        ModuleException unreadable =
                assertThrows(ModuleException.class, () -> manager.update("fir", "file:/nowhere/fir.jar"));
        ModuleException another = assertThrows(
                ModuleException.class, () -> manager.update("fir", framework.module("iir", "iir", "1.0.0", Map.of())));

        assertTrue(
                message(unreadable).contains("cannot read a module from 'file:/nowhere/fir.jar'"), message(unreadable));
        assertTrue(message(another).contains("is module iir@1.0.0; expected a version of 'fir'"), message(another));
        assertEquals(
                ModuleState.READY, manager.find("fir").orElseThrow().status().state());
    }

    @Test
    void knowsWhichOfSeveralVersionsIsMeantOrAsks() throws Exception {
        long old = manager.install(fir("1.0.0", Map.of())).bundleId();
        manager.install(fir("1.10.0", Map.of()));
        manager.install(fir("1.9.0", Map.of()));

        assertEquals("1.10.0", manager.find("fir").orElseThrow().descriptor().version());
        assertEquals(
                "1.9.0", manager.find("fir@1.9.0").orElseThrow().descriptor().version());
        assertEquals(
                "1.0.0",
                manager.find(Long.toString(old)).orElseThrow().descriptor().version());
        ModuleException e = assertThrows(ModuleException.class, () -> manager.uninstall("fir"));
        assertTrue(message(e).contains("say which one: fir@1.0.0"), message(e));

        manager.start("fir@1.9.0");
        assertEquals("1.9.0", manager.stop("fir").descriptor().version());
    }

    @Test
    void refusesWhatIsTooLarge() throws Exception {
        Path large = folder.resolve("large.jar");
        Files.write(large, new byte[1024 * 1024 + 1]);

        ModuleException e = assertThrows(
                ModuleException.class, () -> manager.install(large.toUri().toString()));

        assertTrue(message(e).contains("artefactBytesMax"), message(e));
    }

    @Test
    void wrapsABareWasmFile() {
        assertEquals("wasm:file:/opt/fir.wasm", Artefacts.locationOf("file:/opt/fir.wasm"));
        assertEquals("wasm:file:/opt/fir.wasm", Artefacts.locationOf("wasm:file:/opt/fir.wasm"));
        assertEquals("wasm:mvn:g/a/1.0/wasm", Artefacts.locationOf("mvn:g/a/1.0/wasm"));
        assertEquals("file:/opt/fir.jar", Artefacts.locationOf(" file:/opt/fir.jar "));
    }
}
