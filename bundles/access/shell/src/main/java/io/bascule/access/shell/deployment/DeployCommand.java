/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.access.shell.module.ModuleNames;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.CanaryStep;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Preview;
import io.bascule.api.module.deployment.TrialRules;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:deploy}. */
@Service
@Command(
        scope = "bascule",
        name = "deploy",
        description = "Deploys a module or a manifest: all of it passes its trial, or what ran before runs on",
        detailedDescription = """
                What ends in .json is a manifest (docs/reference/deployment.md), all
                else one module, native or WASM. A relative file name starts at the
                gateway's folder. The command follows the deployment to its end;
                Ctrl-C ends only the following. It fails when the deployment does.
                Times are written as 500ms, 30s, 10m or 2h.

                Examples:
                  bascule:deploy /home/ada/trend-anomaly-1.3.0.wasm
                  bascule:deploy --preview /home/ada/line1.json
                  bascule:deploy --canary 10,50 --canary-step 60s trend.wasm
                  bascule:deploy --trial 5m https://example.com/fir-2.0.0.jar
                  bascule:deploy --remove trend-anomaly""")
public final class DeployCommand extends DeploymentCommand {

    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    @Argument(name = "what", description = "A file or URL of a module or a manifest")
    @Completion(DeployFiles.class)
    String what = "";

    @Option(name = "--preview", description = "Fetch, check and say what would happen; change nothing")
    boolean isPreview;

    @Option(
            name = "--canary",
            description = "Shares of the traffic, in percent, that the new versions get first, for example 10,50;"
                    + " 0 is a shadow")
    String canary = "";

    @Option(name = "--canary-step", description = "How long each step of the canary lasts")
    String canaryStep = "30s";

    @Option(name = "--trial", description = "How long the trial lasts; 0s for none")
    String trial = "";

    @Option(name = "--name", description = "What to call the deployment")
    String name = "";

    @Option(name = "--remove", description = "Remove this module, which a deployment brought")
    @Completion(ModuleNames.class)
    String remove = "";

    @Option(name = "--no-wait", description = "Only put it into the queue and print its number")
    boolean isLeftAlone;

    @Override
    protected void run() throws ModuleException, CommandException, IOException, InterruptedException {
        DeploymentPlan plan = plan();
        if (isPreview) {
            preview(plan);
            return;
        }
        long id = deployments().submit(plan, operator());
        console().println("Deployment " + id + ": " + plan.name());
        console().flush();
        if (!isLeftAlone) {
            follow(id);
        }
    }

    private DeploymentPlan plan() throws ModuleException, CommandException, IOException {
        if (what.isEmpty() == remove.isEmpty()) {
            throw failure("Say what to deploy, a file or URL, or with --remove which module to remove; not both.");
        }
        DeploymentPlan plan;
        if (what.isEmpty()) {
            plan = new DeploymentPlan(
                    "remove " + remove,
                    List.of(new ModuleChange.Remove(remove)),
                    List.of(),
                    TrialRules.DEFAULT.lasting(Duration.ZERO),
                    0);
        } else {
            DeploySource source = DeploySource.of(what);
            plan = source.isManifest()
                    ? deployments().readManifest(source.text(), source.url())
                    : DeploymentPlan.of(source.url());
        }
        if (!canary.isEmpty()) {
            plan = plan.withCanary(steps());
        }
        if (!trial.isEmpty()) {
            plan = plan.trialLasting(time("--trial", trial));
        }
        return name.isEmpty()
                ? plan
                : new DeploymentPlan(name, plan.changes(), plan.canary(), plan.trial(), plan.restartsMax());
    }

    private List<CanaryStep> steps() throws CommandException {
        Duration duration = time("--canary-step", canaryStep);
        List<CanaryStep> steps = new ArrayList<>();
        for (String share : canary.split(",", -1)) {
            if (!share.strip().matches("\\d{1,2}")) {
                throw failure("--canary " + canary + ": '" + share
                        + "' is no share; expected whole numbers from 0 to 99 with commas, for example 10,50.");
            }
            steps.add(new CanaryStep(Integer.parseInt(share.strip()), duration));
        }
        return steps;
    }

    private static Duration time(String option, String text) throws CommandException {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw failure(
                    option + " " + text + ": '" + text + "' is no time; expected for example 500ms, 30s, 10m or 2h.");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    private void preview(DeploymentPlan plan) throws ModuleException, CommandException {
        Preview preview = deployments().preview(plan);
        if (!preview.modules().isEmpty()) {
            modules(preview.modules());
        }
        console()
                .println(
                        preview.restarts().isEmpty()
                                ? "No other bundle would be restarted."
                                : "Would be restarted too: " + String.join(", ", preview.restarts()));
        for (String problem : preview.problems()) {
            console().println("! " + problem);
        }
        if (!preview.problems().isEmpty()) {
            throw failure("The deployment would fail: " + preview.problems().size()
                    + (preview.problems().size() == 1 ? " problem." : " problems."));
        }
        console().println("Nothing is known against it; nothing was changed.");
    }
}
