/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.api.module.ModuleException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:rollback}. */
@Service
@Command(
        scope = "bascule",
        name = "rollback",
        description = "Returns to what an earlier generation was, modules, configuration and grants",
        detailedDescription = """
                That is a deployment too: it makes a new generation, and it fails
                without a trace when what was there before does not run any more.

                Examples:
                  bascule:rollback
                  bascule:rollback 7""")
public final class RollbackCommand extends DeploymentCommand {

    @Argument(name = "number", description = "Number of the generation; the one before the current if unset")
    @Completion(GenerationNumbers.class)
    int number;

    @Option(name = "--no-wait", description = "Only put it into the queue and print its number")
    boolean isLeftAlone;

    @Override
    protected void run() throws ModuleException, CommandException, InterruptedException {
        long id = deployments().rollback(number, operator());
        console()
                .println("Deployment " + id + ": back to "
                        + (number == 0 ? "the generation before" : "generation " + number));
        console().flush();
        if (!isLeftAlone) {
            follow(id);
        }
    }
}
