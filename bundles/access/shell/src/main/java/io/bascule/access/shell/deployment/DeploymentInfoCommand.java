/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.Outcome;
import java.io.IOException;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:deployment-info}. */
@Service
@Command(
        scope = "bascule",
        name = "deployment-info",
        description = "Shows one deployment: who, when, each module, how it goes or ended and why",
        detailedDescription = """
                Examples:
                  bascule:deployment-info 12
                  bascule:deployment-info --json 12""")
public final class DeploymentInfoCommand extends DeploymentCommand {

    /** How far back a deployment is looked for. */
    static final int HISTORY_MAX = 10_000;

    @Argument(name = "id", description = "Number of the deployment", required = true)
    @Completion(DeploymentNumbers.class)
    long id;

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException, IOException {
        Deployment deployment = find().orElseThrow(() -> failure("There is no deployment " + id
                + "; 'bascule:deployments' and 'bascule:history' show those that there are."));
        if (json) {
            console().println(Json.text(DeploymentsCommand.facts(deployment)));
            return;
        }
        line("Deployment", deployment.id() + " " + deployment.name());
        line("By", deployment.who());
        line("Submitted", Display.time(deployment.submitted()) + " UTC");
        line("State", deployment.outcome().map(Outcome::word).orElse("open"));
        line("Step", deployment.step().word());
        line("Progress", deployment.isDone() ? "" : deployment.progress());
        line("Reason", deployment.reason());
        line("Generation", generations(deployment.fromGeneration(), deployment.toGeneration()));
        if (!deployment.modules().isEmpty()) {
            console().println();
            modules(deployment.modules());
        }
    }

    private Optional<Deployment> find() throws CommandException, IOException {
        Optional<Deployment> recent = deployments().find(id);
        if (recent.isPresent()) {
            return recent;
        }
        return deployments().history(HISTORY_MAX).stream()
                .filter(entry -> entry.deployment() == id)
                .findFirst()
                .map(DeploymentInfoCommand::asDeployment);
    }

    private static Deployment asDeployment(HistoryEntry entry) {
        return new Deployment(
                entry.deployment(),
                entry.name(),
                entry.who(),
                entry.began(),
                entry.step(),
                "",
                entry.modules(),
                Optional.of(entry.outcome()),
                entry.reason(),
                entry.fromGeneration(),
                entry.toGeneration());
    }
}
