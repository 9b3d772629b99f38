/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.spi.Module;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import io.bascule.core.lifecycle.InstalledModules.Purpose;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The module manager over the framework's bundle life cycle. What is installed is asked of the framework each time; what is
 * changed goes through {@link Operations}, one change at a time for each module name, because two versions of one module
 * share routes and names.
 */
@Component(service = ModuleManager.class, configurationPid = LifecycleConfig.PID)
@Designate(ocd = LifecycleConfig.class)
public final class BundleModuleManager implements ModuleManager, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BundleModuleManager.class);

    /** Installing is serialised as a whole: the name is known only when the artefact has been read. */
    private static final String INSTALL_KEY = "install";

    private final BundleContext context;
    private final LifecycleLimits limits;
    private final ModuleServices services;
    private final InstalledModules installed;
    private final Artefacts artefacts;
    private final Refresher refresher;
    private final Operations operations = new Operations();

    /** Starts managing. */
    @Activate
    public BundleModuleManager(BundleContext context, LifecycleConfig config) {
        this(context, LifecycleLimits.of(config), folder(context));
    }

    BundleModuleManager(BundleContext context, LifecycleLimits limits, Path folder) {
        this.context = context;
        this.limits = limits;
        this.services = new ModuleServices(context);
        this.installed = new InstalledModules(context, services);
        this.artefacts = new Artefacts(folder, limits);
        this.refresher = new Refresher(context);
        artefacts.clear();
    }

    private static Path folder(BundleContext context) {
        File file = context.getDataFile("artefacts");
        if (file == null) {
            throw new IllegalStateException("the framework has no file area for bundles; the module manager needs one"
                    + " to keep artefacts while it updates them");
        }
        return file.toPath();
    }

    /** Ends what runs. */
    @Deactivate
    @Override
    public void close() {
        operations.close();
        services.close();
    }

    @Override
    public List<Entry> list() {
        return installed.list().stream().map(installed::entry).toList();
    }

    @Override
    public Optional<Entry> find(String nameOrNumber) {
        return installed.find(nameOrNumber).map(installed::entry);
    }

    @Override
    public Optional<Module> findService(String name) {
        return services.findHighest(name);
    }

    @Override
    public Entry install(String url) throws ModuleException {
        return operations.run(
                INSTALL_KEY, "installing '" + url + "'", limits.operation(), limits.operation(), () -> doInstall(url));
    }

    private Entry doInstall(String url) throws ModuleException {
        String location = Artefacts.locationOf(url);
        Bundle present = context.getBundle(location);
        if (present != null) {
            throw new ModuleException("'" + location + "' is installed already as bundle " + present.getBundleId()
                    + "; to replace it, update that module");
        }
        Path file = artefacts.fetch(location);
        try {
            ModuleIdentity identity = artefacts.identity(file, location);
            refuseDuplicate(identity, null);
            Bundle bundle = installBundle(location, file);
            ModuleIdentity seen = ModuleIdentity.find(bundle).orElse(null);
            if (seen == null || !seen.full().equals(identity.full())) {
                bundle.uninstall();
                throw new ModuleException("'" + location + "' is refused: its manifest says " + identity.full()
                        + " but the framework sees " + (seen == null ? "no module" : seen.full()));
            }
            LOG.info("Installed module={} bundle={} location={}", seen.full(), bundle.getBundleId(), location);
            return installed.entry(new Installed(bundle, seen));
        } catch (BundleException e) {
            throw new ModuleException("'" + location + "' cannot be removed again after it was refused: " + text(e), e);
        } finally {
            Artefacts.delete(file);
        }
    }

    private Bundle installBundle(String location, Path file) throws ModuleException {
        try (InputStream in = Files.newInputStream(file)) {
            return context.installBundle(location, in);
        } catch (IOException | BundleException e) {
            throw new ModuleException("the framework refuses '" + location + "': " + text(e), e);
        }
    }

    private void refuseDuplicate(ModuleIdentity identity, @Nullable Bundle except) throws ModuleException {
        for (Installed other : installed.list()) {
            if (!other.bundle().equals(except) && other.identity().full().equals(identity.full())) {
                throw new ModuleException("module " + other.label() + " from '"
                        + other.bundle().getLocation()
                        + "' is installed already; give the new one another version, or update"
                        + " that module");
            }
        }
    }

    @Override
    public Entry start(String nameOrNumber) throws ModuleException {
        Installed module = installed.get(nameOrNumber, Purpose.START);
        return operations.run(
                module.identity().name(),
                "starting " + module.label(),
                limits.operation(),
                limits.operation().plus(limits.ready()),
                () -> {
                    Installed current = installed.again(module);
                    startAndWait(current);
                    return installed.entry(current);
                });
    }

    private void startAndWait(Installed module) throws ModuleException {
        if (!refresher.resolve(module.bundle())) {
            List<String> missing = installed.missing(module.bundle());
            if (!missing.isEmpty()) {
                throw new ModuleException(module.label() + " does not resolve: " + String.join("; ", missing));
            }
        }
        try {
            module.bundle().start();
        } catch (BundleException e) {
            throw new ModuleException(module.label() + " does not start: " + text(e), e);
        }
        Readiness.await(installed, module, limits.ready(), () -> false);
    }

    @Override
    public Entry stop(String nameOrNumber) throws ModuleException {
        Installed module = installed.get(nameOrNumber, Purpose.STOP);
        return operations.run(
                module.identity().name(), "stopping " + module.label(), limits.operation(), limits.operation(), () -> {
                    try {
                        module.bundle().stop();
                    } catch (BundleException e) {
                        throw new ModuleException(module.label() + " does not stop: " + text(e), e);
                    }
                    return installed.entry(installed.again(module));
                });
    }

    @Override
    public Entry update(String nameOrNumber, String url) throws ModuleException {
        Installed module = installed.get(nameOrNumber, Purpose.CHANGE);
        refuseManaged(module, "bascule:deploy with the new artefact");
        // Twice: when the new version does not get ready, the old one gets the same time.
        Duration time = limits.operation().plus(limits.ready()).multipliedBy(2);
        return operations.run(
                module.identity().name(),
                "updating " + module.label(),
                limits.operation(),
                time,
                () -> doUpdate(installed.again(module), url));
    }

    private Entry doUpdate(Installed module, String url) throws ModuleException {
        String location = url.isBlank() ? module.bundle().getLocation() : Artefacts.locationOf(url);
        boolean wasStarted = module.isStarted();
        Path oldFile = null;
        Path newFile = artefacts.fetch(location);
        try {
            ModuleIdentity next = artefacts.identity(newFile, location);
            if (!next.name().equals(module.identity().name())) {
                throw new ModuleException("'" + location + "' is module " + next.full() + "; expected a version of '"
                        + module.identity().name() + "'; install it instead");
            }
            refuseDuplicate(next, module.bundle());
            oldFile = artefacts.copyOf(module.bundle());
            try {
                Installed updated = replace(module.bundle(), newFile, wasStarted);
                LOG.info(
                        "Updated module={} from={} location={}",
                        updated.label(),
                        module.identity().full(),
                        location);
                return installed.entry(updated);
            } catch (ModuleException failure) {
                throw putBack(module, next, oldFile, wasStarted, failure);
            }
        } finally {
            Artefacts.delete(newFile);
            Artefacts.delete(oldFile);
        }
    }

    private Installed replace(Bundle bundle, Path file, boolean start) throws ModuleException {
        try (InputStream in = Files.newInputStream(file)) {
            if (start) {
                // Stopped here and not by the update: whether it is to run again must not depend on how the update
                // ends.
                bundle.stop(Bundle.STOP_TRANSIENT);
            }
            bundle.update(in);
            refresher.refresh(bundle, limits.operation());
        } catch (IOException | BundleException e) {
            throw new ModuleException("the framework refuses the artefact: " + text(e), e);
        }
        ModuleIdentity identity = ModuleIdentity.find(bundle)
                .orElseThrow(() -> new ModuleException("the framework sees no module in the artefact"));
        Installed module = new Installed(bundle, identity);
        if (start) {
            startAndWait(module);
        }
        return module;
    }

    private ModuleException putBack(
            Installed old, ModuleIdentity next, Path oldFile, boolean wasStarted, ModuleException failure) {
        String what = "the update of " + old.label() + " to " + next.version() + " failed: " + failure.getMessage();
        // The time of the update may have run out on this thread; what puts things back must not be cut short by that.
        boolean wasInterrupted = Thread.interrupted();
        try {
            replace(old.bundle(), oldFile, wasStarted);
            LOG.warn("Put back module={} after an update to {} failed", old.label(), next.version());
            return new ModuleException(what + "; version " + old.identity().version() + " is back", failure);
        } catch (ModuleException again) {
            LOG.error("Cannot put back module={} after an update to {} failed: {}", old.label(), next.version(), again);
            failure.addSuppressed(again);
            return new ModuleException(
                    what + "; and version " + old.identity().version() + " could not be put back: " + again.getMessage()
                            + "; install it anew",
                    failure);
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void uninstall(String nameOrNumber) throws ModuleException {
        Installed module = installed.get(nameOrNumber, Purpose.CHANGE);
        refuseManaged(module, "a deployment that removes it");
        operations.run(
                module.identity().name(), "removing " + module.label(), limits.operation(), limits.operation(), () -> {
                    try {
                        module.bundle().uninstall();
                    } catch (BundleException e) {
                        throw new ModuleException(module.label() + " cannot be removed: " + text(e), e);
                    }
                    refresher.refresh(module.bundle(), limits.operation());
                    LOG.info("Removed module={}", module.label());
                    return module;
                });
    }

    private static void refuseManaged(Installed module, String instead) throws ModuleException {
        if (ManagedBundles.isManaged(module.bundle())) {
            throw new ModuleException(
                    module.label() + " belongs to a generation and changes by deployments only; use " + instead);
        }
    }

    static String text(Exception e) {
        Throwable cause = e.getCause();
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return cause == null ? message : message + ": " + cause;
    }
}
