/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.World;
import io.bascule.api.module.spi.ModuleStatusSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;

/**
 * A real framework with a small stand-in for the extender: it watches bundles, and a bundle whose header says
 * {@code Test-Outcome: faulted} faults, {@code never} stays in starting, anything else gets ready.
 */
final class EmbeddedFramework implements AutoCloseable {

    static final String OUTCOME = "Test-Outcome";

    private final Framework framework;
    private final Path folder;
    private final Map<Long, ServiceRegistration<?>> registered = new ConcurrentHashMap<>();

    EmbeddedFramework(Path folder) throws BundleException {
        this.folder = folder;
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        Constants.FRAMEWORK_STORAGE_CLEAN,
                        Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT));
        framework.start();
        context().addBundleListener((SynchronousBundleListener) event -> {
            switch (event.getType()) {
                case BundleEvent.STARTED -> run(event.getBundle());
                case BundleEvent.STOPPING -> end(event.getBundle());
                default -> {}
            }
        });
    }

    BundleContext context() {
        BundleContext context = framework.getBundleContext();
        if (context == null) {
            throw new IllegalStateException("the framework has stopped");
        }
        return context;
    }

    private void run(Bundle bundle) {
        ModuleIdentity identity = ModuleIdentity.find(bundle).orElse(null);
        if (identity == null) {
            return;
        }
        String outcome = bundle.getHeaders("").get(OUTCOME);
        ModuleStatus status = "faulted".equals(outcome)
                ? ModuleStatus.of(ModuleState.FAULTED, "self-test failed: expected 1, got 2")
                : ModuleStatus.of("never".equals(outcome) ? ModuleState.STARTING : ModuleState.READY, "");
        ModuleDescriptor descriptor = new ModuleDescriptor(
                identity.name(),
                identity.version().toString(),
                ModuleKind.WASM,
                World.PROCESSOR,
                "",
                "",
                Set.of(),
                "",
                1,
                0);
        ModuleStatusSource source = new ModuleStatusSource() {
            @Override
            public long bundleId() {
                return bundle.getBundleId();
            }

            @Override
            public Optional<ModuleDescriptor> descriptor() {
                return Optional.of(descriptor);
            }

            @Override
            public ModuleStatus status() {
                return status;
            }
        };
        registered.put(bundle.getBundleId(), context().registerService(ModuleStatusSource.class, source, null));
    }

    private void end(Bundle bundle) {
        ServiceRegistration<?> registration = registered.remove(bundle.getBundleId());
        if (registration != null) {
            registration.unregister();
        }
    }

    /** Writes a bundle file and returns its URL. */
    String bundle(String file, Map<String, String> headers) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, "test." + file);
        headers.forEach(main::putValue);
        Path path = folder.resolve(file + ".jar");
        try (OutputStream out = Files.newOutputStream(path);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.putNextEntry(new JarEntry("content/" + file + ".txt"));
            jar.write(file.getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        }
        return path.toUri().toString();
    }

    /** Writes the bundle of a module. */
    String module(String file, String name, String version, Map<String, String> more) throws IOException {
        Map<String, String> headers = new HashMap<>(more);
        headers.put(
                Constants.PROVIDE_CAPABILITY,
                "other;a=\"x,y;z\",bascule.module;name=" + name + ";version:Version=\"" + version
                        + "\";kind=wasm;world=processor");
        headers.put(Constants.BUNDLE_VERSION, version);
        return bundle(file, headers);
    }

    @Override
    public void close() throws BundleException {
        framework.stop();
        try {
            framework.waitForStop(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
