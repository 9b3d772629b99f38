/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.module.traffic.Route;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who is to work at a stage and by which route.
 *
 * @param route the route
 * @param routed the services of the versions that the rule names, in its order; empty where there is none
 * @param standby the services of those on standby that are there
 * @param fallback the service that takes failed calls
 */
record Staffing(
        Route route,
        List<Optional<ModuleDirectory.Handle>> routed,
        List<ModuleDirectory.Handle> standby,
        Optional<ModuleDirectory.Handle> fallback) {

    /** Copies the lists. */
    Staffing {
        routed = List.copyOf(routed);
        standby = List.copyOf(standby);
    }

    /** Returns everybody, in order and once. */
    Set<ModuleDirectory.Handle> handles() {
        Set<ModuleDirectory.Handle> all = new LinkedHashSet<>();
        routed.forEach(handle -> handle.ifPresent(all::add));
        all.addAll(standby);
        fallback.ifPresent(all::add);
        return all;
    }
}
