/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The states of a module and the only ways between them.
 *
 * <pre>
 *   INSTALLED ──start──► STARTING ──ready──► READY ──trap──► BACKING_OFF ──retry──► STARTING
 *      ▲  │                 │  │               │                  │
 *      │  └─does not resolve┘  └──cannot start─┼──too many traps──┤
 *      │         ▼                             │                  ▼
 *      │     UNRESOLVED                        │               FAULTED
 *      └───────stop──────── STOPPING ◄──stop───┴──────────────────┘
 * </pre>
 *
 * Every state but STOPPING can also end by uninstalling the module.
 */
public enum ModuleState {
    /** Present, not started. */
    INSTALLED,
    /** Present, but something it needs is missing or has the wrong version; {@link ModuleStatus#reason()} says what. */
    UNRESOLVED,
    /** Being verified, compiled, configured and self-tested. */
    STARTING,
    /** Passed its self-test; serves flows. */
    READY,
    /** Failed; a new instance is made when the back-off has passed. */
    BACKING_OFF,
    /** Failed too often or cannot start; a person must act. */
    FAULTED,
    /** Letting go of its instances. */
    STOPPING;

    private static final Map<ModuleState, Set<ModuleState>> NEXT = new EnumMap<>(Map.of(
            INSTALLED, EnumSet.of(STARTING, UNRESOLVED),
            UNRESOLVED, EnumSet.of(INSTALLED, STARTING),
            STARTING, EnumSet.of(READY, BACKING_OFF, FAULTED, STOPPING),
            READY, EnumSet.of(BACKING_OFF, FAULTED, STOPPING, STARTING),
            BACKING_OFF, EnumSet.of(STARTING, FAULTED, STOPPING),
            FAULTED, EnumSet.of(STARTING, STOPPING),
            STOPPING, EnumSet.of(INSTALLED)));

    /** Returns whether a module in this state can go to {@code next}. */
    public boolean canBecome(ModuleState next) {
        return NEXT.getOrDefault(this, Set.of()).contains(next);
    }
}
