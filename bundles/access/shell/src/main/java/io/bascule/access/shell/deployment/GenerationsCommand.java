/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code bascule:generations}. */
@Service
@Command(
        scope = "bascule",
        name = "generations",
        description =
                "Lists the generations that can be returned to, newest first, or the modules of one; times are UTC",
        detailedDescription = """
                The current generation is marked with a star. Modules that came with a
                feature or as plain bundles are in no generation.

                Examples:
                  bascule:generations
                  bascule:generations 7
                  bascule:generations --json""")
public final class GenerationsCommand extends DeploymentCommand {

    @Argument(name = "number", description = "Show the modules of this generation")
    @Completion(GenerationNumbers.class)
    int number;

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        List<Generation> all = deployments().generations();
        int current = deployments().current().map(Generation::number).orElse(0);
        if (number != 0) {
            Generation one = all.stream()
                    .filter(generation -> generation.number() == number)
                    .findFirst()
                    .orElseThrow(() -> failure(
                            "Generation " + number + " is not retained; 'bascule:generations' shows those that are."));
            if (json) {
                console().println(Json.text(facts(one, current)));
            } else {
                print(one);
            }
        } else if (json) {
            console()
                    .println(Json.text(
                            all.stream().map(g -> facts(g, current).toMap()).toList()));
        } else if (all.isEmpty()) {
            console().println("No generation yet: the first deployment makes it. See 'bascule:deploy --help'.");
        } else {
            print(all, current);
        }
    }

    private void print(List<Generation> all, int current) {
        Table table = new Table()
                .number("NUMBER")
                .text("")
                .text("COMMITTED")
                .number("MODULES")
                .flexible("BY")
                .flexible("NAME");
        for (Generation generation : all) {
            table.row(
                    generation.number(),
                    generation.number() == current ? "*" : "",
                    Display.time(generation.committed()),
                    generation.modules().size(),
                    generation.who(),
                    generation.name());
        }
        table.print(console());
    }

    private void print(Generation generation) {
        Table table = new Table()
                .flexible("MODULE")
                .flexible("VERSION")
                .text("KIND")
                .text("SIZE")
                .text("SHA256")
                .flexible("FROM");
        for (GenerationModule module : generation.modules()) {
            table.row(
                    module.name(),
                    module.version(),
                    module.kind().name().toLowerCase(Locale.ROOT),
                    Display.bytes(module.size()),
                    shortDigest(module.digest()),
                    module.url());
        }
        table.print(console());
    }

    private static Json facts(Generation generation, int current) {
        return Json.object()
                .with("number", generation.number())
                .with("current", generation.number() == current)
                .with("deployment", generation.deployment())
                .with("name", generation.name())
                .with("who", generation.who())
                .with("committed", generation.committed().toString())
                .with(
                        "modules",
                        generation.modules().stream()
                                .map(GenerationsCommand::facts)
                                .toList());
    }

    private static Map<String, @Nullable Object> facts(GenerationModule module) {
        return Json.object()
                .with("name", module.name())
                .with("version", module.version())
                .with("kind", module.kind().name().toLowerCase(Locale.ROOT))
                .with("digest", module.digest())
                .with("size", module.size())
                .with("url", module.url())
                .with("update", module.update().word())
                .with("requires", module.requires())
                .with("configuration", module.configuration().orElse(null))
                .with(
                        "grants",
                        module.grants()
                                .map(grants -> grants.stream()
                                        .map(grant -> Map.of(
                                                "capability",
                                                grant.capability().word(),
                                                "patterns",
                                                grant.scope().stream()
                                                        .map(Object::toString)
                                                        .toList()))
                                        .toList())
                                .orElse(null))
                .toMap();
    }
}
