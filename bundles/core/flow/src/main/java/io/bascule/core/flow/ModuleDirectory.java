/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.spi.Module;
import io.bascule.core.flow.definition.FlowDefinition.ModuleUse;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.osgi.framework.Version;

/** The module services that are there now. Safe for use by any thread. */
final class ModuleDirectory {

    private static final Comparator<Handle> BY_VERSION =
            Comparator.<Handle, Version>comparing(Handle::version).thenComparing(Handle::serviceId);

    private final Map<Module, Handle> handles = new ConcurrentHashMap<>();

    /** A module service, which can go away at any time. */
    static final class Handle {
        private final long serviceId;
        private final Module module;
        private final ModuleDescriptor descriptor;
        private final Version version;
        private volatile boolean isGone;

        private Handle(long serviceId, Module module) {
            this.serviceId = serviceId;
            this.module = module;
            this.descriptor = module.descriptor();
            this.version = Version.parseVersion(descriptor.version());
        }

        Module module() {
            return module;
        }

        ModuleDescriptor descriptor() {
            return descriptor;
        }

        Version version() {
            return version;
        }

        long serviceId() {
            return serviceId;
        }

        boolean isGone() {
            return isGone;
        }

        String label() {
            return descriptor.name() + " " + version;
        }
    }

    /** Adds a service. */
    Handle add(long serviceId, Module module) {
        Handle handle = new Handle(serviceId, module);
        handles.put(module, handle);
        return handle;
    }

    /** Takes a service away; whoever holds it sees that it is gone. */
    Optional<Handle> remove(Module module) {
        Handle handle = handles.remove(module);
        if (handle != null) {
            handle.isGone = true;
        }
        return Optional.ofNullable(handle);
    }

    /** Returns what is there. */
    List<ModuleDescriptor> descriptors() {
        return handles.values().stream().map(Handle::descriptor).toList();
    }

    /** Finds the service of a version that is ready; of several the one that came last. */
    Optional<Handle> find(String name, Version version) {
        return ready(name).filter(h -> h.version().equals(version)).max(BY_VERSION);
    }

    /** Returns the versions of a module that are ready, in order. */
    List<String> versions(String name) {
        return ready(name)
                .map(Handle::version)
                .distinct()
                .sorted()
                .map(Version::toString)
                .toList();
    }

    private Stream<Handle> ready(String name) {
        return handles.values().stream()
                .filter(h -> h.descriptor().name().equals(name))
                .filter(h -> h.module().status().state() == ModuleState.READY);
    }

    /** Finds the highest version that fits and is ready. */
    Optional<Handle> best(ModuleUse use) {
        return ready(use.name())
                .filter(h -> use.versions().includes(h.version()))
                .max(BY_VERSION);
    }
}
