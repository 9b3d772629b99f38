/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleManager.Entry;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.ModuleStatusSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * The modules that the framework holds now, and what people mean by a name. Nothing is remembered here: the framework is
 * asked each time, so that a bundle installed past the manager is seen too.
 */
final class InstalledModules {

    private static final Comparator<Installed> BY_NAME_AND_VERSION = Comparator.<Installed, String>comparing(
                    m -> m.identity().name())
            .thenComparing(m -> m.identity().version());

    private final BundleContext context;
    private final ModuleServices services;
    private final MissingRequirements missing;

    InstalledModules(BundleContext context, ModuleServices services) {
        this.context = context;
        this.services = services;
        this.missing = new MissingRequirements(context);
    }

    /**
     * A module bundle.
     *
     * @param bundle the bundle
     * @param identity what it declares
     */
    record Installed(Bundle bundle, ModuleIdentity identity) {
        boolean isStarted() {
            return (bundle.getState() & (Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING)) != 0;
        }

        String label() {
            return identity.full() + " (bundle " + bundle.getBundleId() + ")";
        }
    }

    /** What an operation is about to do with a module, which decides what a name without a version means. */
    enum Purpose {
        /** The highest version. */
        LOOK,
        /** The highest version. */
        START,
        /** The only version that is started. */
        STOP,
        /** The only version. */
        CHANGE
    }

    List<Installed> list() {
        List<Installed> found = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            ModuleIdentity.find(bundle).ifPresent(identity -> found.add(new Installed(bundle, identity)));
        }
        found.sort(BY_NAME_AND_VERSION);
        return found;
    }

    /** Finds what {@code reference} means: a bundle number, {@code name@version}, or a name: then the highest version. */
    Optional<Installed> find(String reference) {
        List<Installed> matches = matches(reference);
        return matches.isEmpty() ? Optional.empty() : Optional.of(matches.get(matches.size() - 1));
    }

    /**
     * Finds the one module that {@code reference} means for {@code purpose}.
     *
     * @throws ModuleException when there is none, or a name alone does not say which version to stop or change
     */
    Installed get(String reference, Purpose purpose) throws ModuleException {
        List<Installed> matches = matches(reference);
        if (matches.isEmpty()) {
            throw new ModuleException("there is no module '" + reference + "'; expected a name, name@version or bundle"
                    + " number of " + names(list()));
        }
        if (purpose == Purpose.STOP && matches.size() > 1) {
            List<Installed> started =
                    matches.stream().filter(Installed::isStarted).toList();
            matches = started.isEmpty() ? matches : started;
        }
        if (matches.size() > 1 && (purpose == Purpose.STOP || purpose == Purpose.CHANGE)) {
            throw new ModuleException(
                    "'" + reference + "' stands for several versions; say which one: " + names(matches));
        }
        return matches.get(matches.size() - 1);
    }

    /**
     * Looks at a module anew: while an operation waited for its turn, another one may have changed it.
     *
     * @throws ModuleException when it is gone
     */
    Installed again(Installed module) throws ModuleException {
        return ModuleIdentity.find(module.bundle())
                .map(identity -> new Installed(module.bundle(), identity))
                .orElseThrow(() -> new ModuleException(module.label() + " has been removed in the meantime"));
    }

    private List<Installed> matches(String reference) {
        String wanted = reference.strip();
        return list().stream()
                .filter(m -> wanted.equals(m.identity().name())
                        || wanted.equals(m.identity().full())
                        || wanted.equals(Long.toString(m.bundle().getBundleId())))
                .toList();
    }

    private static String names(List<Installed> modules) {
        return modules.isEmpty()
                ? "an installed module; none is installed"
                : modules.stream().map(Installed::label).collect(Collectors.joining(", "));
    }

    /** Returns why the bundle does not resolve, one sentence for each missing requirement. */
    List<String> missing(Bundle bundle) {
        return missing.of(bundle);
    }

    Entry entry(Installed module) {
        return new Entry(
                module.bundle().getBundleId(), module.bundle().getLocation(), descriptor(module), status(module));
    }

    private ModuleDescriptor descriptor(Installed module) {
        return services.findSource(module.bundle().getBundleId())
                .flatMap(ModuleStatusSource::descriptor)
                .or(() -> services.find(module.identity()).map(Module::descriptor))
                .filter(said -> isSame(module.identity(), said))
                .orElseGet(() -> module.identity().descriptor());
    }

    /** Whether a descriptor is of the artefact that is installed now, and not of the one before an update. */
    private static boolean isSame(ModuleIdentity identity, ModuleDescriptor said) {
        String digest = identity.descriptor().digest();
        return said.name().equals(identity.name())
                && said.version().equals(identity.version().toString())
                && (digest.isEmpty() || said.digest().isEmpty() || digest.equalsIgnoreCase(said.digest()));
    }

    /** Returns how the module is doing; what runs it knows best, the bundle's state says the rest. */
    ModuleStatus status(Installed module) {
        Bundle bundle = module.bundle();
        if (bundle.getState() == Bundle.INSTALLED) {
            List<String> reasons = missing.of(bundle);
            return reasons.isEmpty()
                    ? ModuleStatus.of(ModuleState.INSTALLED, "")
                    : ModuleStatus.of(ModuleState.UNRESOLVED, String.join("; ", reasons));
        }
        if (!module.isStarted()) {
            return ModuleStatus.of(ModuleState.INSTALLED, "");
        }
        Optional<ModuleStatusSource> source = services.findSource(bundle.getBundleId());
        if (source.isPresent()) {
            boolean isStale = source.get()
                    .descriptor()
                    .filter(said -> !isSame(module.identity(), said))
                    .isPresent();
            return isStale
                    ? ModuleStatus.of(ModuleState.STARTING, "the artefact was replaced and is being read")
                    : paused(module, source.get().status());
        }
        Optional<Module> service = services.find(module.identity());
        if (service.isPresent()) {
            return paused(module, service.get().status());
        }
        return bundle.getState() == Bundle.STOPPING
                ? ModuleStatus.of(ModuleState.STOPPING, "")
                : ModuleStatus.of(
                        ModuleState.STARTING, "its bundle is started but has not registered its module service");
    }

    /** A module does not know that its stages hold their input. */
    private ModuleStatus paused(Installed module, ModuleStatus status) {
        boolean isPaused = status.state() == ModuleState.READY
                && services.router().traffic(module.identity().name()).isPaused();
        return isPaused
                ? status.with(
                        ModuleState.PAUSED,
                        "its stages hold their input; 'bascule:resume "
                                + module.identity().name() + "' lets it go on")
                : status;
    }
}
