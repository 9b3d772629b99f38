/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One interface that a module needs of its host.
 *
 * @param interfaceName the name within the package, or the whole import module when it is outside the package
 * @param version the version asked for; null when the import names none that can be read
 * @param functions the functions imported, in alphabetical order
 */
public record HostRequirement(
        String interfaceName, @Nullable InterfaceVersion version, SortedSet<String> functions) {

    /** Copies the set. */
    public HostRequirement {
        Objects.requireNonNull(interfaceName, "interfaceName");
        functions = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(functions));
    }

    /**
     * The version of an interface.
     *
     * @param major raised when something is taken away or changed
     * @param minor raised when something is added
     */
    public record InterfaceVersion(int major, int minor) {
        @Override
        public String toString() {
            return major + "." + minor;
        }
    }

    /** Returns whether this gateway offers the interface in that version with all the functions. */
    public boolean isOffered() {
        return version != null
                && version.major() == GuestContract.MAJOR
                && version.minor() <= GuestContract.MINOR
                && unknownFunctions().isEmpty();
    }

    /** Returns the functions that this gateway does not offer; all when it does not know the interface. */
    public SortedSet<String> unknownFunctions() {
        SortedSet<String> unknown = new TreeSet<>(functions);
        if (interfaceName.equals(GuestContract.WASI_MODULE)) {
            unknown.removeIf(f -> WasiFunction.find(f).isPresent());
        } else {
            HostInterface.find(interfaceName)
                    .ifPresent(known -> unknown.removeAll(known.functions().keySet()));
        }
        return unknown;
    }

    /** Returns the interface as people read it, for example {@code io 1.0 (open, send)}. */
    @Override
    public String toString() {
        return interfaceName + (version == null ? "" : " " + version) + " (" + String.join(", ", functions) + ")";
    }
}
