/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import java.util.Optional;

/** Something besides a module's own counters that can say that it is not well. Safe for use by any thread. */
@FunctionalInterface
interface HealthProbe {

    /** Returns why the module is not well; empty when it is, or when nothing is known. May take its time. */
    Optional<String> findTrouble(String module);
}
