/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.traffic;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a stage does with the live versions of its module.
 *
 * @param rule which version gets which batch
 * @param standby versions whose instances are kept, warm and with the state they have, though they get nothing
 * @param fallback the version that gets a batch whose call failed in another one, so that a bad candidate loses nothing;
 *     must be named by {@code rule} or {@code standby}
 * @param deadline a call that takes longer counts as a deadline miss; zero when none is counted
 */
public record Route(TrafficRule rule, Set<String> standby, Optional<String> fallback, Duration deadline) {

    /** Checks the fallback and copies the set. */
    public Route {
        standby = Set.copyOf(standby);
        if (fallback.isPresent() && !rule.versions().contains(fallback.get()) && !standby.contains(fallback.get())) {
            throw new IllegalArgumentException("fallback " + fallback.get() + " is neither in rule '" + rule
                    + "' nor on standby " + new TreeSet<>(standby));
        }
    }

    /** Returns the route of everyday: a rule, nobody on standby. */
    public static Route of(TrafficRule rule) {
        return new Route(rule, Set.of(), Optional.empty(), Duration.ZERO);
    }
}
