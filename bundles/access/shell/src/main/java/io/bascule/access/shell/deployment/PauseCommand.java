/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.access.shell.module.ModuleNames;
import io.bascule.api.module.ModuleException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:pause}. */
@Service
@Command(
        scope = "bascule",
        name = "pause",
        description = "Suspends a module; its state and its place in each flow stay until bascule:resume",
        detailedDescription = """
                What reaches its stages waits in their queues; a full queue does what
                the flow says. A restart of the gateway ends the pause.

                Examples:
                  bascule:pause trend-anomaly""")
public final class PauseCommand extends DeploymentCommand {

    @Argument(name = "module", description = "Name of the module", required = true)
    @Completion(ModuleNames.class)
    String module = "";

    @Override
    protected void run() throws ModuleException, CommandException {
        deployments().pause(module);
        console().println("Paused " + module + "; 'bascule:resume " + module + "' lets it go on.");
    }
}
