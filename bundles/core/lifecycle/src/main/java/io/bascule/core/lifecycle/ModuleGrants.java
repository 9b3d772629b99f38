/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantRegistry;
import io.bascule.api.security.GrantStoreException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What modules are allowed, read and set as a whole for one module. */
final class ModuleGrants {

    /** PID of the configuration that holds all grants. */
    private static final String PID = "io.bascule.security.grants";

    /** A file that was about to be read when it was about to be written may win once. */
    private static final int ATTEMPTS_MAX = 3;

    private final GrantRegistry registry;
    private final ModuleSettings settings;

    ModuleGrants(GrantRegistry registry, ModuleSettings settings) {
        this.registry = registry;
        this.settings = settings;
    }

    /** Returns the grants of the module's own, without those for every module. */
    List<Grant> own(String module) {
        return registry.listFor(module).stream()
                .filter(grant -> grant.module().equals(module))
                .toList();
    }

    /** Makes the module's own grants exactly these; they outlive a crash when this returns. */
    void set(String module, List<Grant> wanted) throws ModuleException {
        for (int i = 0; !Set.copyOf(own(module)).equals(Set.copyOf(wanted)); i++) {
            if (i == ATTEMPTS_MAX) {
                throw new ModuleException(
                        "the grants of module '" + module + "' were changed by somebody else while they"
                                + " were set: expected " + wanted + ", got " + own(module)
                                + "; try again when nobody edits etc/" + PID + ".cfg");
            }
            change(module, wanted);
            try {
                settings.awaitFile(PID);
            } catch (IOException e) {
                throw new ModuleException("the grants of module '" + module + "' cannot be read again: " + e, e);
            }
        }
    }

    private void change(String module, List<Grant> wanted) throws ModuleException {
        Set<Grant> missing = new HashSet<>(wanted);
        try {
            for (Grant present : own(module)) {
                if (!missing.remove(present)) {
                    registry.revoke(module, present.capability());
                }
            }
            for (Grant grant : missing) {
                registry.grant(grant);
            }
        } catch (GrantStoreException e) {
            throw new ModuleException("the grants of module '" + module + "' cannot be set: " + e.getMessage(), e);
        }
    }

    /**
     * Returns what a module imports and is not allowed. Of reading and writing channels one is enough: the contract has them
     * in one interface, and each call is checked.
     *
     * @param planned the module's own grants after the deployment
     */
    Set<Capability> lacking(String module, Set<Capability> needs, List<Grant> planned) {
        Set<Capability> granted = EnumSet.noneOf(Capability.class);
        planned.forEach(grant -> granted.add(grant.capability()));
        registry.listFor(module).stream()
                .filter(grant -> !grant.module().equals(module))
                .forEach(grant -> granted.add(grant.capability()));
        if (granted.contains(Capability.CHANNEL_READ) || granted.contains(Capability.CHANNEL_WRITE)) {
            granted.add(Capability.CHANNEL_READ);
            granted.add(Capability.CHANNEL_WRITE);
        }
        Set<Capability> lacking = EnumSet.noneOf(Capability.class);
        lacking.addAll(needs);
        lacking.removeAll(granted);
        return lacking;
    }

    /** Names capabilities for people. */
    static String words(Set<Capability> capabilities) {
        return capabilities.stream().map(Capability::word).collect(Collectors.joining(", "));
    }
}
