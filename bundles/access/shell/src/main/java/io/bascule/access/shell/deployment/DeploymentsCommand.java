/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.Outcome;
import java.util.List;
import java.util.OptionalLong;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:deployments}. */
@Service
@Command(
        scope = "bascule",
        name = "deployments",
        description = "Lists the deployments that wait, run or ended not long ago, newest first; times are UTC",
        detailedDescription = """
                bascule:history shows those that ended earlier.

                Examples:
                  bascule:deployments
                  bascule:deployments --json""")
public final class DeploymentsCommand extends DeploymentCommand {

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        List<Deployment> list = deployments().list();
        // One runs at a time, in the order of their numbers.
        OptionalLong running =
                list.stream().filter(d -> !d.isDone()).mapToLong(Deployment::id).min();
        if (json) {
            console().println(Json.text(list.stream().map(d -> facts(d).toMap()).toList()));
            return;
        }
        if (list.isEmpty()) {
            console().println("No deployments since the start; 'bascule:deploy --help' shows how to make one.");
            return;
        }
        Table table = new Table()
                .number("ID")
                .text("SUBMITTED")
                .flexible("NAME")
                .text("STATE")
                .text("STEP")
                .text("GENERATION");
        for (Deployment deployment : list) {
            boolean isRunning = running.isPresent() && running.getAsLong() == deployment.id();
            table.row(
                    deployment.id(),
                    Display.time(deployment.submitted()),
                    deployment.name(),
                    deployment.outcome().map(Outcome::word).orElse(isRunning ? "running" : "waiting"),
                    deployment.step().word(),
                    generations(deployment.fromGeneration(), deployment.toGeneration()));
        }
        table.print(console());
    }

    static Json facts(Deployment deployment) {
        return Json.object()
                .with("id", deployment.id())
                .with("name", deployment.name())
                .with("who", deployment.who())
                .with("submitted", deployment.submitted().toString())
                .with("step", deployment.step().word())
                .with("progress", deployment.progress())
                .with("outcome", deployment.outcome().map(Outcome::word).orElse(null))
                .with("reason", deployment.reason())
                .with("fromGeneration", deployment.fromGeneration())
                .with("toGeneration", deployment.toGeneration())
                .with("modules", facts(deployment.modules()));
    }
}
