/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.security.Grant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a deployment does to one module. */
public sealed interface ModuleChange {

    /** Returns the module's name; empty for a {@link Put} that leaves it to the artefact. */
    String name();

    /**
     * Installs the module or updates it.
     *
     * @param name expected name, empty when any will do
     * @param version expected version, empty when any will do
     * @param url where the artefact is: {@code file:}, {@code http(s):}, {@code mvn:}
     * @param sha256 expected digest of the artefact, 64 lower-case hexadecimal digits; empty when any will do
     * @param size expected size in bytes, 0 when any will do
     * @param requires other modules that must be there, with version range, for example {@code [1.0,2)}
     * @param configuration the module's configuration; empty to leave it as it is
     * @param grants everything the module is allowed; empty to leave it as it is
     * @param update how it gives way to its next version; empty to leave that to the module
     */
    record Put(
            String name,
            String version,
            String url,
            String sha256,
            long size,
            Map<String, String> requires,
            Optional<Map<String, Object>> configuration,
            Optional<List<Grant>> grants,
            Optional<UpdateStrategy> update)
            implements ModuleChange {

        /** Checks the texts and copies the collections. */
        public Put {
            if (!name.isEmpty()) {
                ModuleDescriptor.requireName(name);
            }
            if (url.isBlank()) {
                throw new IllegalArgumentException("module '" + name + "' has no url; expected where its artefact is");
            }
            if (!sha256.isEmpty() && !sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("sha256 '" + sha256 + "' of module '" + name
                        + "' is not valid; expected 64 lower-case hexadecimal digits");
            }
            if (size < 0) {
                throw new IllegalArgumentException("size " + size + " of module '" + name + "' is negative");
            }
            requires = Map.copyOf(requires);
            configuration = configuration.map(Map::copyOf);
            grants = grants.map(List::copyOf);
        }

        /** Returns the change that takes what is at {@code url} as it is. */
        public static Put from(String url) {
            return new Put("", "", url, "", 0, Map.of(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    /**
     * Removes the module.
     *
     * @param name which
     */
    record Remove(String name) implements ModuleChange {
        /** Checks the name. */
        public Remove {
            ModuleDescriptor.requireName(name);
        }
    }

    /**
     * Gives the module that runs another configuration or other grants.
     *
     * @param name which
     * @param configuration the configuration; empty to leave it as it is
     * @param grants everything the module is allowed; empty to leave it as it is
     */
    record Reconfigure(String name, Optional<Map<String, Object>> configuration, Optional<List<Grant>> grants)
            implements ModuleChange {

        /** Checks the name and copies the collections. */
        public Reconfigure {
            ModuleDescriptor.requireName(name);
            configuration = configuration.map(Map::copyOf);
            grants = grants.map(List::copyOf);
            if (configuration.isEmpty() && grants.isEmpty()) {
                throw new IllegalArgumentException("module '" + name
                        + "' is to be changed but nothing is said; expected url, remove, configuration or grants");
            }
        }
    }
}
