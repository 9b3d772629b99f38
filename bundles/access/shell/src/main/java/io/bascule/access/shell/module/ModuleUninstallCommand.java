/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.api.module.ModuleException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:module-uninstall}. */
@Service
@Command(scope = "bascule", name = "module-uninstall", description = "Removes a module", detailedDescription = """
                A module that came from the deploy folder is removed by deleting its
                file there, one that came with another deployment with
                bascule:deploy --remove.

                Examples:
                  bascule:module-uninstall trend-anomaly""")
public final class ModuleUninstallCommand extends ModuleCommand {

    @Argument(name = "module", description = "Name of the module, or number of its bundle", required = true)
    @Completion(ModuleNames.class)
    String module = "";

    @Override
    protected void run() throws ModuleException, CommandException {
        requireUnmanaged(
                module,
                "Use 'bascule:deploy --remove " + entry(module).descriptor().name() + "'.");
        manager().uninstall(module);
        console().println("Removed " + module);
    }
}
