/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.flow;

import io.bascule.api.flow.FlowProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:flow-validate}. */
@Service
@Command(
        scope = "bascule",
        name = "flow-validate",
        description = "Checks a flow definition against what is installed now and prints every problem",
        detailedDescription = """
                Nothing is started or changed. A relative file name starts at the
                gateway's folder.

                Examples:
                  bascule:flow-validate etc/flows/machine-temperature.json
                  bascule:flow-validate machine-temperature""")
public final class FlowValidateCommand extends FlowCommand {

    /** A definition is written by a person; more than this is something else. */
    private static final long FILE_BYTES_MAX = 1024 * 1024;

    @Argument(name = "flow", description = "Name of a flow, or a file with a definition", required = true)
    @Completion(FlowNames.class)
    String flowOrFile = "";

    @Override
    protected void run() throws CommandException, IOException {
        List<FlowProblem> problems = engine().validate(definition());
        if (problems.isEmpty()) {
            console().println(flowOrFile + " is valid.");
            return;
        }
        for (FlowProblem problem : problems) {
            console().println((problem.path().isEmpty() ? "/" : problem.path()) + ": " + problem.message());
        }
        throw failure(flowOrFile + " has " + problems.size() + (problems.size() == 1 ? " problem." : " problems."));
    }

    private String definition() throws CommandException, IOException {
        Optional<String> known = engine().definition(flowOrFile);
        if (known.isPresent()) {
            return known.get();
        }
        Path file = Path.of(System.getProperty("karaf.base", ".")).resolve(flowOrFile);
        if (!Files.isRegularFile(file)) {
            throw failure("'" + flowOrFile + "' is neither a flow nor a file (" + file + ").");
        }
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw failure(
                    file + " has " + Files.size(file) + " bytes; a definition has at most " + FILE_BYTES_MAX + ".");
        }
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
