/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module;

import io.bascule.api.security.Capability;
import java.util.Objects;
import java.util.Set;

/**
 * What a module says of itself. Checked before any of its code runs.
 *
 * @param name lower-case letters, digits and dashes, 1 to {@value #NAME_MAX} characters; unique among running modules
 * @param version three numbers and an optional qualifier, as OSGi writes it
 * @param kind how it runs
 * @param world what it can be asked to do
 * @param digest sha-256 of the artefact, 64 hexadecimal digits; empty when it is not known
 * @param description one line for people, may be empty
 * @param capabilities what it imports and so needs to be granted
 * @param configSchema its configuration as JSON Schema text, empty when it takes none
 * @param batchMax most readings it wants in one call, 1 and up
 * @param stateVersion version of its snapshot format, 0 when it keeps no state
 * @param update how it gives way to its next version
 */
public record ModuleDescriptor(
        String name,
        String version,
        ModuleKind kind,
        World world,
        String digest,
        String description,
        Set<Capability> capabilities,
        String configSchema,
        int batchMax,
        int stateVersion,
        UpdateStrategy update) {

    /** Longest module name, in characters. */
    public static final int NAME_MAX = 64;

    /** Describes a module whose versions can live side by side. */
    public ModuleDescriptor(
            String name,
            String version,
            ModuleKind kind,
            World world,
            String digest,
            String description,
            Set<Capability> capabilities,
            String configSchema,
            int batchMax,
            int stateVersion) {
        this(
                name,
                version,
                kind,
                world,
                digest,
                description,
                capabilities,
                configSchema,
                batchMax,
                stateVersion,
                UpdateStrategy.SIDE_BY_SIDE);
    }

    /** Checks the name and copies the set. */
    public ModuleDescriptor {
        requireName(name);
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(world, "world");
        capabilities = Set.copyOf(capabilities);
        if (batchMax < 1) {
            throw new IllegalArgumentException(
                    "module '" + name + "' wants at most " + batchMax + " readings a call; expected 1 and up");
        }
    }

    /**
     * Returns {@code name} if a module may be called so.
     *
     * @throws IllegalArgumentException when it may not
     */
    public static String requireName(String name) {
        if (!name.matches("[a-z][a-z0-9-]{0," + (NAME_MAX - 1) + "}")) {
            throw new IllegalArgumentException("module name '" + name
                    + "' is not valid; expected a lower-case letter followed by letters, digits and dashes, at most "
                    + NAME_MAX + " characters");
        }
        return name;
    }
}
