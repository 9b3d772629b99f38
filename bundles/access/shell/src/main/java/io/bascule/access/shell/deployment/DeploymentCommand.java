/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentManager;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** A command that works with the deployment manager. */
abstract class DeploymentCommand extends GatewayCommand {

    /** How often a deployment that is followed is looked at. */
    private static final Duration LOOK = Duration.ofMillis(100);

    /** Progress within one step is printed no more often than this. */
    private static final long LINE_NANOS_MIN = Duration.ofSeconds(1).toNanos();

    /** Digits of a digest in a table: enough to tell artefacts apart. */
    private static final int DIGEST_SHOWN = 12;

    @Reference(optional = true)
    @Nullable
    DeploymentManager deployments;

    DeploymentManager deployments() throws CommandException {
        return require(deployments, "deployment manager", "io.bascule.core.lifecycle");
    }

    /** Prints what a deployment does until it has ended; Ctrl-C ends only the printing. */
    void follow(long id) throws ModuleException, CommandException, InterruptedException {
        String shown = "";
        String step = "";
        long shownNanos = 0;
        try {
            while (true) {
                Deployment now = deployments().await(id, LOOK);
                String line = now.step().word() + (now.progress().isEmpty() ? "" : ": " + now.progress());
                boolean isDue = !now.step().word().equals(step) || System.nanoTime() - shownNanos >= LINE_NANOS_MIN;
                if (!now.isDone() && isDue && !line.equals(shown)) {
                    console().println(Table.clean("  " + line));
                    console().flush();
                    shown = line;
                    step = now.step().word();
                    shownNanos = System.nanoTime();
                }
                if (now.isDone()) {
                    conclude(now);
                    return;
                }
            }
        } catch (InterruptedException e) {
            console()
                    .println("Deployment " + id + " goes on; 'bascule:deployment-info " + id
                            + "' shows how, 'bascule:cancel " + id + "' ends it.");
            throw e;
        }
    }

    private void conclude(Deployment done) throws CommandException {
        if (done.outcome().filter(Outcome.COMMITTED::equals).isEmpty()) {
            throw failure(Table.clean(failed(done)));
        }
        if (done.toGeneration() == 0 || done.toGeneration() == done.fromGeneration()) {
            console().println("Nothing was different; generation " + done.fromGeneration() + " is current.");
            return;
        }
        console().println("Generation " + done.toGeneration() + " is current (deployment " + done.id() + ").");
        for (ModuleStep module : done.modules()) {
            console().println(Table.clean("  " + module));
            if (!module.digest().isEmpty()) {
                console().println("  sha256 " + module.digest());
            }
        }
    }

    /** Says why a deployment did not commit, and what runs. */
    static String failed(Deployment done) {
        String how = done.outcome()
                .map(outcome -> switch (outcome) {
                    case COMMITTED -> "was committed";
                    case FAILED -> "failed";
                    case ROLLED_BACK -> "was rolled back";
                    case CANCELLED -> "was cancelled";
                    case INTERRUPTED -> "was interrupted";
                })
                .orElse("runs");
        String reason = done.reason().isEmpty() ? "" : ": " + done.reason().replaceAll("\\.\\s*$", "");
        String old = done.modules().stream()
                .filter(module -> !module.fromVersion().isEmpty())
                .map(module -> module.name() + " " + module.fromVersion())
                .collect(Collectors.joining(", "));
        String runs = old.isEmpty() ? "" : old + (old.contains(", ") ? " run on" : " runs on");
        String generation = done.fromGeneration() == 0 ? "" : "generation " + done.fromGeneration() + " is current";
        String rest = runs + (runs.isEmpty() || generation.isEmpty() ? "" : ", ") + generation;
        return "Deployment " + done.id() + " '" + done.name() + "' " + how + " in step "
                + done.step().word() + reason + "." + (rest.isEmpty() ? "" : " " + upper(rest) + ".");
    }

    private static String upper(String text) {
        // A module's name stays as it is; only our own first word becomes a sentence.
        return text.startsWith("generation ") ? "G" + text.substring(1) : text;
    }

    /** Returns the file that a person means: a relative name starts at the gateway's folder. */
    static Path file(String name) {
        return Path.of(System.getProperty("karaf.base", ".")).resolve(name);
    }

    static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    static String shortDigest(String digest) {
        return digest.length() <= DIGEST_SHOWN ? dash(digest) : digest.substring(0, DIGEST_SHOWN);
    }

    static String generations(int from, int to) {
        return (from == 0 ? "-" : "" + from) + " > " + (to == 0 ? "-" : "" + to);
    }

    /** Prints what happens, or happened, to each module. */
    void modules(List<ModuleStep> modules) {
        Table table =
                new Table().flexible("MODULE").flexible("FROM").flexible("TO").text("SHA256");
        modules.forEach(module -> table.row(
                module.name(), dash(module.fromVersion()), dash(module.toVersion()), shortDigest(module.digest())));
        table.print(console());
    }

    static List<Map<String, @Nullable Object>> facts(List<ModuleStep> modules) {
        return modules.stream()
                .map(module -> Json.object()
                        .with("name", module.name())
                        .with("fromVersion", module.fromVersion())
                        .with("toVersion", module.toVersion())
                        .with("digest", module.digest())
                        .toMap())
                .toList();
    }

    void line(String label, Object value) {
        String text = String.valueOf(value);
        if (!text.isEmpty()) {
            console().printf("%-11s %s%n", label, Table.clean(text));
        }
    }
}
