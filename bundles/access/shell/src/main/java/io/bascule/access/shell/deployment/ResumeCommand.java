/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.access.shell.module.ModuleNames;
import io.bascule.api.module.ModuleException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:resume}. */
@Service
@Command(
        scope = "bascule",
        name = "resume",
        description = "Lets a module go on where bascule:pause suspended it",
        detailedDescription = """
                Examples:
                  bascule:resume trend-anomaly""")
public final class ResumeCommand extends DeploymentCommand {

    @Argument(name = "module", description = "Name of the module", required = true)
    @Completion(ModuleNames.class)
    String module = "";

    @Override
    protected void run() throws ModuleException, CommandException {
        deployments().resume(module);
        console().println(module + " goes on.");
    }
}
