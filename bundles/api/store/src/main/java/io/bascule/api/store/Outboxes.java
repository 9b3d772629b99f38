/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The outboxes of the gateway, one for each remote end. Safe for use by any thread. */
@ProviderType
public interface Outboxes {

    /** Most outboxes. */
    int OUTBOXES_MAX = 256;

    /**
     * Returns the outbox {@code name}, making it when it does not exist. The same name is the same outbox, also after a
     * restart of the gateway.
     *
     * @param name letters, digits and {@code . _ -}, 1 to 64 characters
     * @throws IllegalArgumentException when the name is not valid
     * @throws IllegalStateException when there are {@value #OUTBOXES_MAX} already
     */
    Outbox open(String name);

    /** Returns the names of the outboxes that were opened or hold messages, ordered; an unmodifiable snapshot. */
    List<String> list();
}
