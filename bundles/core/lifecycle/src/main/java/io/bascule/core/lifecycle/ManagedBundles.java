/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The bundles that deployments installed. Their location says what they hold, so that the framework's cache can be compared
 * with a generation; they are started transiently, because the generation says what runs, not the cache.
 */
final class ManagedBundles {

    /** First part of their locations. */
    static final String PROTOCOL = "bascule";

    private static final byte[] WASM_MAGIC = {0, 'a', 's', 'm'};

    private final BundleContext context;
    private final Bundle framework;
    private final InstalledModules installed;
    private final Artefacts artefacts;
    private final Refresher refresher;
    private final BoundedCalls calls;
    private final LifecycleLimits limits;

    ManagedBundles(
            BundleContext context,
            InstalledModules installed,
            Artefacts artefacts,
            BoundedCalls calls,
            LifecycleLimits limits) {
        this.context = context;
        this.framework = context.getBundle(Constants.SYSTEM_BUNDLE_ID);
        this.installed = installed;
        this.artefacts = artefacts;
        this.refresher = new Refresher(context);
        this.calls = calls;
        this.limits = limits;
    }

    static String location(GenerationModule module) {
        return PROTOCOL + ":" + module.name() + "/" + module.version() + "/" + module.digest();
    }

    static boolean isManaged(Bundle bundle) {
        return bundle.getLocation().startsWith(PROTOCOL + ":");
    }

    /** Returns whether the whole framework ends, bundle after bundle. */
    boolean isFrameworkStopping() {
        return (framework.getState() & (Bundle.STARTING | Bundle.ACTIVE)) == 0;
    }

    /** Finds the bundle of exactly this artefact. */
    Optional<Installed> find(GenerationModule module) {
        return Optional.ofNullable(context.getBundle(location(module))).flatMap(this::look);
    }

    /** Returns all bundles that deployments installed. */
    List<Bundle> list() {
        return Arrays.stream(context.getBundles())
                .filter(ManagedBundles::isManaged)
                .toList();
    }

    private Optional<Installed> look(Bundle bundle) {
        return ModuleIdentity.find(bundle).map(identity -> new Installed(bundle, identity));
    }

    /** Fetches an artefact as it is, without wrapping it. */
    Path fetch(String url) throws ModuleException {
        String stripped = url.strip();
        return artefacts.fetch(stripped.startsWith("wasm:") ? stripped.substring("wasm:".length()) : stripped);
    }

    /**
     * Reads what an artefact of the store declares.
     *
     * @param shown how messages call it
     */
    ModuleIdentity identity(Path artefact, String shown) throws ModuleException {
        Path wrapped = null;
        try {
            wrapped = isWasm(artefact) ? artefacts.fetch("wasm:" + artefact.toUri()) : null;
            return artefacts.identity(wrapped == null ? artefact : wrapped, shown);
        } catch (IOException e) {
            throw new ModuleException("artefact " + artefact + " of '" + shown + "' cannot be read: " + e, e);
        } finally {
            Artefacts.delete(wrapped);
        }
    }

    private static boolean isWasm(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(WASM_MAGIC.length), WASM_MAGIC);
        }
    }

    /** Installs an artefact of the store beside whatever is there; does nothing when it is installed. */
    Installed install(GenerationModule module, Path artefact) throws ModuleException {
        Optional<Installed> present = find(module);
        if (present.isPresent()) {
            return present.get();
        }
        Path wrapped = null;
        try {
            wrapped = isWasm(artefact) ? artefacts.fetch("wasm:" + artefact.toUri()) : null;
            Bundle bundle;
            try (InputStream in = Files.newInputStream(wrapped == null ? artefact : wrapped)) {
                bundle = context.installBundle(location(module), in);
            }
            Installed seen = look(bundle).orElse(null);
            if (seen == null || !seen.identity().name().equals(module.name())) {
                bundle.uninstall();
                throw new ModuleException("module '" + module.name() + "': the framework sees "
                        + (seen == null ? "no module" : seen.identity().full()) + " in its artefact");
            }
            return seen;
        } catch (IOException | BundleException e) {
            throw new ModuleException(
                    "module '" + module.name() + "' cannot be installed: " + BundleModuleManager.text(e), e);
        } finally {
            Artefacts.delete(wrapped);
        }
    }

    /** Resolves a bundle; throws with what is missing. */
    void resolve(Installed module) throws ModuleException {
        if (refresher.resolve(module.bundle())) {
            return;
        }
        List<String> missing = installed.missing(module.bundle());
        throw new ModuleException(module.identity().full() + " does not resolve: "
                + (missing.isEmpty()
                        ? "what it needs is there but does not go together; the framework's log says more"
                        : String.join("; ", missing)));
    }

    /**
     * Finds out whether an artefact would resolve whose name and version another bundle has: it is installed beside it for
     * this moment, which the framework allows where a hook says so. Nothing of it runs.
     *
     * @throws ModuleException when it would not; says what is missing
     */
    void tryResolve(GenerationModule module, Path artefact) throws ModuleException {
        CollisionHook allowed = (operation, target, others) -> {
            if (operation == CollisionHook.INSTALLING) {
                others.removeIf(ManagedBundles::isManaged);
            }
        };
        ServiceRegistration<CollisionHook> hook = context.registerService(CollisionHook.class, allowed, null);
        Installed tried;
        try {
            tried = install(module, artefact);
        } finally {
            hook.unregister();
        }
        try {
            resolve(tried);
        } finally {
            uninstall(tried.bundle());
        }
    }

    /** Returns what a refresh of these bundles would restart besides them. */
    List<Bundle> restartedWith(Collection<Bundle> bundles) {
        FrameworkWiring wiring = context.getBundle(0).adapt(FrameworkWiring.class);
        return wiring.getDependencyClosure(bundles).stream()
                .filter(bundle -> !bundles.contains(bundle))
                .toList();
    }

    /** Starts a bundle and waits until its module is ready. */
    void start(Installed module, BooleanSupplier isCancelled) throws ModuleException {
        calls.call("starting " + module.label(), limits.ready(), isCancelled, () -> {
            try {
                module.bundle().start(Bundle.START_TRANSIENT);
            } catch (BundleException e) {
                throw new ModuleException(
                        module.identity().full() + " does not start: " + BundleModuleManager.text(e), e);
            }
            return module;
        });
        Readiness.await(installed, module, limits.ready(), isCancelled);
    }

    /** Stops a bundle; one that starts by itself does so again only with the framework. */
    void stop(Installed module) throws ModuleException {
        calls.call("stopping " + module.label(), limits.operation(), () -> false, () -> {
            module.bundle().stop(Bundle.STOP_TRANSIENT);
            return module;
        });
    }

    /** Stops and removes a bundle. */
    void uninstall(Bundle bundle) throws ModuleException {
        if (bundle.getState() == Bundle.UNINSTALLED) {
            return;
        }
        calls.call("removing bundle " + bundle.getBundleId(), limits.operation(), () -> false, () -> {
            bundle.uninstall();
            return bundle;
        });
        refresher.refresh(bundle, limits.operation());
    }

    /** Finds what runs under a module's name: the highest started version that is not {@code except}. */
    @Nullable
    Installed running(String name, @Nullable Bundle except) {
        Installed found = null;
        for (Installed each : installed.list()) {
            if (each.identity().name().equals(name)
                    && each.isStarted()
                    && !each.bundle().equals(except)) {
                found = each;
            }
        }
        return found;
    }
}
