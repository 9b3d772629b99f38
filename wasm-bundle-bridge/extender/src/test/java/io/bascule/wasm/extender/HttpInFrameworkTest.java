/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.module.spi.Module;
import io.bascule.api.security.Authorizer;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.util.tracker.ServiceTracker;

/** {@code wasm:http://…} in a real framework: installed, updated, and refused with a reason. */
@Timeout(60)
class HttpInFrameworkTest {

    private static final String META =
            "{\"abi\":1,\"name\":\"guest\",\"version\":\"1.0.0\",\"world\":\"processor\",\"stateVersion\":1}";

    @TempDir
    static Path directory;

    private static TestFramework framework;
    private static ServiceTracker<Module, Module> modules;
    private ModuleServer server;

    @BeforeAll
    static void start() throws Exception {
        framework = new TestFramework(directory.resolve("cache"));
        framework.context().registerService(ChannelRegistry.class, new FakeChannelRegistry(), null);
        framework.context().registerService(ChannelWriter.class, (subject, writes) -> List.of(), null);
        framework
                .context()
                .registerService(
                        Authorizer.class, (subject, capability, object) -> new Authorizer.Decision(true, ""), null);
        modules = framework.track(Module.class);
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

    @BeforeEach
    void serve() throws Exception {
        server = new ModuleServer();
        server.serve(TestGuest.good().wasm(META));
    }

    @AfterEach
    void removeModules() throws Exception {
        server.close();
        for (Bundle bundle : framework.context().getBundles()) {
            if (bundle.getLocation().startsWith("wasm:")) {
                bundle.uninstall();
            }
        }
        Await.until("all modules to be gone", () -> modules.isEmpty());
    }

    private Bundle install() throws BundleException {
        return framework.context().installBundle("wasm:" + server.url());
    }

    private static void awaitReady(String version) {
        Await.until("version " + version, () -> {
            Module module = modules.getService();
            return module != null && module.descriptor().version().equals(version);
        });
    }

    /** The framework says what it was doing; the reason is one of the causes. */
    private static String reasonOf(Throwable refused) {
        StringBuilder reasons = new StringBuilder();
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            reasons.append(cause.getMessage()).append('\n');
        }
        return reasons.toString();
    }

    @Test
    void aModuleIsInstalledFromAWebServerAndUpdatedWhenItsContentHasChanged() throws Exception {
        Bundle bundle = install();
        bundle.start();
        awaitReady("1.0.0");

        server.serve(TestGuest.good().wasm(META.replace("1.0.0", "1.1.0")));
        bundle.update();

        awaitReady("1.1.0");
        assertEquals("wasm:" + server.url(), bundle.getLocation());
    }

    @Test
    void whatIsNotThereIsNotInstalled() {
        server.notFound();
        String reason = reasonOf(assertThrows(BundleException.class, this::install));
        assertTrue(reason.contains(server.url() + "' was not read: the server answered 404"), reason);
        assertEquals(null, framework.context().getBundle("wasm:" + server.url()));
    }

    @Test
    void whatIsLargerThanTheEngineTakesIsNotInstalled() {
        server.endless();
        String reason = reasonOf(assertThrows(BundleException.class, this::install));
        assertTrue(reason.contains("at most 2097152 bytes"), reason);
    }

    @Test
    void anUpdateThatEndsHalfWayLeavesTheModuleAsItIs() throws Exception {
        Bundle bundle = install();
        bundle.start();
        awaitReady("1.0.0");

        server.serve(TestGuest.good().wasm(META.replace("1.0.0", "1.1.0")));
        server.truncated();
        String reason = reasonOf(assertThrows(BundleException.class, bundle::update));

        assertTrue(reason.contains("and sent"), reason);
        awaitReady("1.0.0");
        assertEquals("1.0.0", bundle.getVersion().toString());
        assertEquals(Bundle.ACTIVE, bundle.getState());
    }

    @Test
    void whatIsNoModuleIsNotInstalled() {
        server.serve("<html>Please log in</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        String reason = reasonOf(assertThrows(BundleException.class, this::install));
        assertTrue(reason.contains("guest.wasm"), reason);
    }
}
