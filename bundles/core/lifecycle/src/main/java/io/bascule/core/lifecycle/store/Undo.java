/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import io.bascule.api.security.Grant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How something was before a deployment changed it, so that it can be put back after a crash. Putting back twice is harmless. */
public sealed interface Undo {

    /**
     * A configuration.
     *
     * @param pid its PID
     * @param before its values: texts, numbers, booleans, characters, and lists or arrays of them; empty when it was not there
     */
    record Configuration(String pid, Optional<Map<String, Object>> before) implements Undo {
        /** Copies the values. */
        public Configuration {
            before = before.map(Map::copyOf);
        }
    }

    /**
     * The grants of a module.
     *
     * @param module the module
     * @param before all its grants; empty when it had none
     */
    record Grants(String module, List<Grant> before) implements Undo {
        /** Copies the list. */
        public Grants {
            before = List.copyOf(before);
        }
    }
}
