/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.grant;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.api.security.Capability;
import io.bascule.api.security.GrantRegistry;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** A command that works with the grants. */
abstract class GrantCommandBase extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    GrantRegistry registry;

    GrantRegistry registry() throws CommandException {
        return require(registry, "grant registry", "io.bascule.core.security");
    }

    static Capability capability(String word) throws CommandException {
        return Capability.find(word)
                .orElseThrow(() ->
                        failure("'" + word + "' is not a capability; expected one of " + Capability.words() + "."));
    }
}
