/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.grant;

import io.bascule.access.shell.module.ModuleNames;
import io.bascule.api.security.GrantStoreException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:revoke}. */
@Service
@Command(
        scope = "bascule",
        name = "revoke",
        description = "Takes a capability from a module, with all its patterns; in force at once",
        detailedDescription = """
                What is granted to every module ('*') stays until it is revoked from
                '*'.

                Examples:
                  bascule:revoke pid channel-write""")
public final class RevokeCommand extends GrantCommandBase {

    @Argument(name = "module", description = "Name of the module, or * for every module", required = true)
    @Completion(ModuleNames.class)
    String module = "";

    @Argument(index = 1, name = "capability", description = "What it may no longer do", required = true)
    @Completion(CapabilityWords.class)
    String capability = "";

    @Override
    protected void run() throws GrantStoreException, CommandException {
        if (!registry().revoke(module, capability(capability))) {
            throw failure("Module '" + module + "' has no grant of its own for '" + capability
                    + "'; 'bascule:grants' shows all.");
        }
        console().println("Revoked " + capability + " from " + module);
    }
}
