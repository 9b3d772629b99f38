/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.api.module.ModuleException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:cancel}. */
@Service
@Command(
        scope = "bascule",
        name = "cancel",
        description = "Ends a deployment that waits or runs; what ran before runs on",
        detailedDescription = """
                A deployment that is being committed goes on.

                Examples:
                  bascule:cancel 12""")
public final class CancelCommand extends DeploymentCommand {

    @Argument(name = "id", description = "Number of the deployment", required = true)
    @Completion(DeploymentNumbers.class)
    long id;

    @Override
    protected void run() throws ModuleException, CommandException {
        if (!deployments().cancel(id, operator())) {
            throw failure("Deployment " + id + " has ended already; 'bascule:deployment-info " + id
                    + "' shows how, 'bascule:rollback' returns to the generation before.");
        }
        console().println("Deployment " + id + " is being cancelled; 'bascule:deployment-info " + id + "' shows how.");
    }
}
