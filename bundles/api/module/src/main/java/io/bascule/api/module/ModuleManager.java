/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module;

import io.bascule.api.module.spi.Module;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The one place where modules, native and WASM, are installed, started, stopped, updated and removed. Safe for use by any
 * thread; each change blocks until it is done or has failed and tells the truth about the result.
 */
@ProviderType
public interface ModuleManager {

    /** Capability namespace by which a bundle says that it is a module, with attributes {@code name} and {@code version}. */
    String MODULE_NAMESPACE = "bascule.module";

    /** Capability namespace of the host interfaces that modules import. */
    String HOST_NAMESPACE = "bascule.host";

    /** Returns all modules ordered by name and version; an unmodifiable snapshot. */
    List<Entry> list();

    /** Finds a module by name, the highest version first; or by bundle number when {@code nameOrNumber} is one. */
    Optional<Entry> find(String nameOrNumber);

    /** Finds the running service of a module, the highest version first; empty while it is not ready. */
    Optional<Module> findService(String name);

    /**
     * Installs a module and does not start it.
     *
     * @param url where the artefact is: {@code file:}, {@code http(s):}, {@code mvn:}; a {@code .wasm} is wrapped
     * @throws ModuleException when it cannot be read, is refused, or a module of this name and version exists
     */
    Entry install(String url) throws ModuleException;

    /**
     * Starts a module and waits until it is ready.
     *
     * @throws ModuleException when it does not get ready; says why
     */
    Entry start(String nameOrNumber) throws ModuleException;

    /**
     * Stops a module.
     *
     * @throws ModuleException when there is none, or it does not stop
     */
    Entry stop(String nameOrNumber) throws ModuleException;

    /**
     * Replaces a module by the artefact at {@code url}, or by what its own location now holds when {@code url} is empty, and
     * waits until the new version is ready. When it does not get ready, the old artefact is put back.
     */
    Entry update(String nameOrNumber, String url) throws ModuleException;

    /**
     * Removes a module.
     *
     * @throws ModuleException when there is none, or it cannot be removed
     */
    void uninstall(String nameOrNumber) throws ModuleException;

    /**
     * One module as it is now.
     *
     * @param bundleId the number of its bundle
     * @param location where its artefact came from
     * @param descriptor what it says of itself
     * @param status how it is doing
     */
    record Entry(long bundleId, String location, ModuleDescriptor descriptor, ModuleStatus status) {}
}
