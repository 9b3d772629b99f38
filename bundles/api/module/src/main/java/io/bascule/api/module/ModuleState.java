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
 *      ▲  │                 │  │             │ ▲ │                │
 *      │  └─does not resolve┘  │        pause│ │ │resume          │
 *      │         ▼             │             ▼ │ │                │
 *      │     UNRESOLVED        │            PAUSED                │
 *      │                       └──cannot start─┼──too many traps──┤
 *      │                                       │                  ▼
 *      └───────stop──────── STOPPING ◄──stop───┴────────────── FAULTED
 * </pre>
 *
 * Every state but STOPPING can also end by uninstalling the module. In the words that other systems use for life cycles:
 *
 * <table>
 * <caption>States in other words</caption>
 * <tr><th>created</th><td>INSTALLED before its first start, UNRESOLVED</td></tr>
 * <tr><th>running</th><td>STARTING, READY, BACKING_OFF</td></tr>
 * <tr><th>paused</th><td>PAUSED</td></tr>
 * <tr><th>stopped</th><td>STOPPING, INSTALLED after it ran, FAULTED</td></tr>
 * <tr><th>deleted</th><td>no state: the module is not listed any more</td></tr>
 * </table>
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
    /** Ready, but suspended by a person: stages hold their input, instances keep their state. */
    PAUSED,
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
            READY, EnumSet.of(PAUSED, BACKING_OFF, FAULTED, STOPPING, STARTING),
            PAUSED, EnumSet.of(READY, BACKING_OFF, FAULTED, STOPPING, STARTING),
            BACKING_OFF, EnumSet.of(STARTING, FAULTED, STOPPING),
            FAULTED, EnumSet.of(STARTING, STOPPING),
            STOPPING, EnumSet.of(INSTALLED)));

    /** Returns whether a module in this state can go to {@code next}. */
    public boolean canBecome(ModuleState next) {
        return NEXT.getOrDefault(this, Set.of()).contains(next);
    }
}
