/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.security.Grant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A module in a generation.
 *
 * @param name its name
 * @param version its version
 * @param kind how it runs
 * @param digest sha-256 of its artefact in the store, 64 hexadecimal digits
 * @param size bytes of its artefact
 * @param url where the artefact came from, for people
 * @param update how it gives way to its next version
 * @param requires modules that must be there too, with version range
 * @param configuration its configuration: texts, numbers, booleans and lists of them; empty when deployments never set one
 * @param grants everything it is allowed; empty when deployments never set any
 */
public record GenerationModule(
        String name,
        String version,
        ModuleKind kind,
        String digest,
        long size,
        String url,
        UpdateStrategy update,
        Map<String, String> requires,
        Optional<Map<String, Object>> configuration,
        Optional<List<Grant>> grants) {

    /** Copies the collections. */
    public GenerationModule {
        requires = Map.copyOf(requires);
        configuration = configuration.map(Map::copyOf);
        grants = grants.map(List::copyOf);
    }
}
