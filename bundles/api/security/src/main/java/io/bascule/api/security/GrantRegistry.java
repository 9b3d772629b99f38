/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.security;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The grants in force. They are configuration: what is granted here survives a restart and can be read and written as
 * a file in {@code etc/}. Safe for use by any thread.
 */
@ProviderType
public interface GrantRegistry {

    /** Returns all grants, ordered by module and capability; an unmodifiable snapshot, empty when there are none. */
    List<Grant> list();

    /** Returns the grants that hold for {@code module}, those for every module included; an unmodifiable snapshot. */
    List<Grant> listFor(String module);

    /**
     * Adds a grant, merging its scope into what is already granted. When it returns, the grant is in force and stored.
     *
     * @throws GrantStoreException when the configuration could not be written; nothing was changed
     */
    void grant(Grant grant) throws GrantStoreException;

    /**
     * Takes a capability from a module, with its whole scope.
     *
     * @return false when the module did not have it by a grant of its own; grants for every module stay
     * @throws GrantStoreException when the configuration could not be written; nothing was changed
     */
    boolean revoke(String module, Capability capability) throws GrantStoreException;
}
