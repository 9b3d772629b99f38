/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.module.deployment.DeploymentManager;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;

/** The folder as File Install drives it: it reports every file after a start, then changes. */
class DeployFolderTest {

    private static final Duration BOUND = Duration.ofSeconds(20);

    private final FakeManager manager = new FakeManager();
    private final FakeAlerts alerts = new FakeAlerts();
    private final List<String> plainBundles = new ArrayList<>();
    private final AtomicReference<Optional<DeploymentManager>> present = new AtomicReference<>(Optional.of(manager));
    private FolderRequests requests = new FolderRequests(Duration.ofMillis(20));
    private FolderWorker worker = worker();
    private FolderInstaller installer = new FolderInstaller(requests, plainBundles::contains);

    @TempDir
    Path folder;

    private FolderWorker worker() {
        return new FolderWorker(
                requests,
                present::get,
                () -> Optional.of(alerts),
                Duration.ofSeconds(5),
                Duration.ofMillis(5),
                Clock.systemUTC());
    }

    @AfterEach
    void close() {
        worker.close();
    }

    /** A restart of the gateway: only the history remains. */
    private void restart() {
        worker.close();
        requests = new FolderRequests(Duration.ofMillis(20));
        worker = worker();
        installer = new FolderInstaller(requests, plainBundles::contains);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path installed(String name, String text) throws IOException, InterruptedException {
        Path file = file(name, text);
        assertTrue(installer.canHandle(file.toFile()));
        installer.install(file.toFile());
        idle();
        return file;
    }

    private void idle() throws InterruptedException {
        assertTrue(requests.awaitIdle(BOUND), "the folder is still at work");
    }

    private static ModuleChange.Put put(DeploymentPlan plan) {
        return (ModuleChange.Put) plan.changes().get(0);
    }

    @Test
    void aFileIsDeployedWithAShortTrialAndTheDigestItHadWhenItWasSeen() throws IOException, InterruptedException {
        Path file = installed("fir-1.0.0.wasm", "fir one");
        DeploymentPlan plan = manager.plans().get(0);
        assertEquals(Duration.ofSeconds(5), plan.trial().duration());
        assertEquals(file.toUri().toString(), put(plan).url());
        assertEquals(64, put(plan).sha256().length());
        assertEquals(7, put(plan).size());
        assertEquals("fir-1.0.0.wasm " + put(plan).sha256().substring(0, 16), plan.name());
        assertEquals(List.of("fir"), manager.names());
        assertTrue(alerts.raised.isEmpty());
    }

    @Test
    void afterARestartAFileIsNotDeployedAgainWhateverCameOfIt() throws IOException, InterruptedException {
        Path good = installed("fir.wasm", "fir one");
        Path bad = installed("iir.wasm", "iir broken");
        restart();
        installer.install(good.toFile());
        installer.install(bad.toFile());
        idle();
        assertEquals(2, manager.plans().size());
        assertEquals(1, alerts.raised.size(), "what failed is said once");
    }

    @Test
    void afterARestartAFileIsDeployedThatChangedMeanwhileOrWasInterrupted() throws IOException, InterruptedException {
        Path file = installed("fir.wasm", "fir one");
        restart();
        file("fir.wasm", "fir two");
        manager.end(Outcome.INTERRUPTED);
        installer.install(file.toFile());
        idle();
        assertEquals(2, manager.plans().size());
        restart();
        installer.install(file.toFile());
        idle();
        assertEquals(3, manager.plans().size());
    }

    @Test
    void aFileThatAPersonTouchedOrPutBackIsDeployedAgain() throws IOException, InterruptedException {
        Path file = installed("fir.wasm", "fir one");
        installer.update(file.toFile());
        idle();
        assertEquals(2, manager.plans().size());
        Files.delete(file);
        installer.uninstall(file.toFile());
        idle();
        assertEquals(List.of(), manager.names());
        installed("fir.wasm", "fir one");
        assertEquals(List.of("fir"), manager.names());
    }

    @Test
    void aModuleIsRemovedWithItsFileAlsoAfterARestart() throws IOException, InterruptedException {
        Path file = installed("fir.wasm", "fir one");
        restart();
        installer.install(file.toFile());
        Files.delete(file);
        installer.uninstall(file.toFile());
        idle();
        assertEquals(
                List.of(new ModuleChange.Remove("fir")), manager.plans().get(1).changes());
        assertEquals("fir.wasm removed", manager.plans().get(1).name());
        assertEquals(List.of(), manager.names());
    }

    @Test
    void aModuleThatSomeoneElseUpdatedStaysWhenTheFileGoes() throws IOException, InterruptedException {
        Path file = installed("fir.wasm", "fir one");
        manager.bring("fir", "ab".repeat(32));
        Files.delete(file);
        installer.uninstall(file.toFile());
        idle();
        assertEquals(List.of("fir"), manager.names());
        assertEquals(1, manager.plans().size());
    }

    @Test
    void aFileThatIsReplacedByOneOfAnotherNameUpdatesTheModuleWithoutAGap() throws IOException, InterruptedException {
        Path old = installed("fir-1.0.wasm", "fir one");
        Files.delete(old);
        Path fresh = file("fir-1.1.wasm", "fir two");
        // File Install reports what is gone first.
        installer.uninstall(old.toFile());
        installer.install(fresh.toFile());
        idle();
        assertEquals(2, manager.plans().size(), "no removal");
        assertEquals(List.of("fir"), manager.names());
    }

    @Test
    void whatFailsIsAnAlertWithTheReason() throws IOException, InterruptedException {
        installed("fir.wasm", "fir broken");
        String text = alerts.raised.get(0).text();
        assertEquals(
                "deploy folder: fir.wasm is not deployed; what ran before runs on: deployment 1 failed, step self-test:"
                        + " fir: self-test answered 3, expected 0",
                text);
        manager.end(Outcome.CANCELLED);
        installed("iir.wasm", "iir one");
        assertEquals(1, alerts.raised.size(), "a person ended it and knows");
    }

    @Test
    void aManifestIsDeployedAsItSaysAndItsRemovalRemovesNothing() throws IOException, InterruptedException {
        file("fir.wasm", "fir one");
        Path manifest = installed(
                "line1.deployment.json",
                "{\"bascule\":\"deployment/1\",\"name\":\"line 1\",\"modules\":[{\"name\":\"fir\",\"url\":\"fir.wasm\"}],"
                        + "\"trial\":{\"seconds\":77}}");
        DeploymentPlan plan = manager.plans().get(0);
        assertEquals(
                folder.resolve("fir.wasm").toUri().getPath(),
                URI.create(put(plan).url()).getPath());
        assertEquals(Duration.ofSeconds(77), plan.trial().duration());
        assertTrue(plan.name().matches("line1\\.deployment\\.json [0-9a-f]{16} line 1"), plan.name());
        restart();
        installer.install(manifest.toFile());
        Files.delete(manifest);
        installer.uninstall(manifest.toFile());
        idle();
        assertEquals(1, manager.plans().size());
        installed("bad.deployment.json", "{}");
        assertTrue(alerts.raised.get(0).text().contains("/: key 'modules' is missing"), alerts.raised.toString());
    }

    @Test
    void theFolderWaitsForTheManagerAndForRoomInItsQueue() throws IOException, InterruptedException {
        present.set(Optional.empty());
        Path file = file("fir.wasm", "fir one");
        installer.install(file.toFile());
        assertFalse(requests.awaitIdle(Duration.ofMillis(50)));
        manager.refuse(3);
        present.set(Optional.of(manager));
        idle();
        assertEquals(List.of("fir"), manager.names());
        manager.refuse(1000);
        installed("iir.wasm", "iir one");
        assertTrue(alerts.raised.get(0).text().contains("8 deployments wait already"), alerts.raised.toString());
    }

    @Test
    void onlyModulesAndManifestsAreTaken() throws IOException {
        assertTrue(installer.canHandle(jar("native.jar", "a.b;x=1, bascule.module;name=fir;version:Version=1.0")));
        assertFalse(installer.canHandle(jar("plain.jar", "osgi.service;objectClass=x")));
        assertFalse(installer.canHandle(jar("bare.jar", null)));
        assertFalse(installer.canHandle(file("broken.jar", "PK but no zip").toFile()));
        assertFalse(installer.canHandle(file("a.json", "{}").toFile()));
        assertFalse(installer.canHandle(file("a.cfg", "a=b").toFile()));
        Path gone = folder.resolve("gone.wasm");
        assertTrue(installer.canHandle(gone.toFile()));
        plainBundles.add("wasm:" + gone.toFile().toURI());
        assertFalse(installer.canHandle(gone.toFile()), "a plain bundle is left to who installed it");
        assertTrue(installer.canHandle(file("gone.wasm", "x").toFile()));
    }

    private File jar(String name, @Nullable String provides) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (provides != null) {
            manifest.getMainAttributes().putValue(Constants.PROVIDE_CAPABILITY, provides);
        }
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
        return file.toFile();
    }

    @Test
    void filesWithSimilarOrVeryLongNamesAreToldApart() {
        FolderFile one = new FolderFile(folder.resolve("x".repeat(100) + "1.wasm"));
        FolderFile other = new FolderFile(folder.resolve("x".repeat(100) + "2.wasm"));
        String name = one.deployed("ab".repeat(32), "a name that is long ".repeat(10));
        assertEquals(DeploymentPlan.NAME_MAX, name.length());
        assertTrue(one.isOf(name));
        assertEquals("ab".repeat(8), one.digestIn(name));
        assertFalse(other.isOf(name));
        FolderFile shorter = new FolderFile(folder.resolve("a"));
        FolderFile longer = new FolderFile(folder.resolve("a b.wasm"));
        assertFalse(shorter.isOf(longer.deployed("ab".repeat(32), "")));
        assertTrue(shorter.isOf(shorter.removed()));
    }

    @Test
    void theLocationOfAManagedBundleSaysWhatToUseInstead() throws IOException {
        // A handler of the framework takes URLs only there; what it is asked for is the same.
        URLStreamHandler anybody = new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) {
                throw new AssertionError("not opened");
            }
        };
        URL location = new URL(null, "bascule:fir/1.0.0/abcd", anybody);
        IOException refused = assertThrows(IOException.class, () -> new ManagedUrlHandler().openConnection(location));
        assertTrue(
                String.valueOf(refused.getMessage())
                        .startsWith(
                                "module 'fir' is managed by deployments, which keep it as it is; use 'bascule:deploy"),
                refused.getMessage());
    }

    private static final class FakeAlerts implements AlertRegistry {
        private final List<Alert> raised = new CopyOnWriteArrayList<>();

        @Override
        public Entry raise(Alert alert) {
            raised.add(alert);
            return new Entry(raised.size(), alert, Instant.EPOCH, null);
        }

        @Override
        public List<Entry> list() {
            return List.of();
        }

        @Override
        public long raisedTotal() {
            return raised.size();
        }

        @Override
        public long droppedTotal() {
            return 0;
        }

        @Override
        public Optional<Entry> acknowledge(long id, String by) {
            return Optional.empty();
        }
    }
}
