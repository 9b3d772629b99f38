/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.module.deployment.HistoryEntry;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:history}. */
@Service
@Command(
        scope = "bascule",
        name = "history",
        description = "Lists the deployments that ended, newest first: what, when, how it ended; times are UTC",
        detailedDescription = """
                --export writes the whole history as one JSON array, the oldest entry
                first: who, what, when, digests, outcome, reason, rollbacks so far. It
                replaces no file; a relative name starts at the gateway's folder.

                Examples:
                  bascule:history
                  bascule:history --limit 100 --json
                  bascule:history --export data/history.json
                  bascule:history --export -""")
public final class HistoryCommand extends DeploymentCommand {

    private static final String CONSOLE = "-";

    @Option(name = "--limit", description = "Show at most so many, 1 and up")
    int limit = 20;

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Option(name = "--export", description = "Write the whole history to this file, - for the console")
    String export = "";

    @Override
    protected void run() throws CommandException, IOException {
        if (!export.isEmpty()) {
            export();
            return;
        }
        if (limit < 1) {
            throw failure("--limit " + limit + " is not valid; expected 1 and up.");
        }
        List<HistoryEntry> entries = deployments().history(limit);
        if (json) {
            console()
                    .println(Json.text(
                            entries.stream().map(e -> facts(e).toMap()).toList()));
            return;
        }
        if (entries.isEmpty()) {
            console().println("No deployment has ended yet.");
            return;
        }
        Table table = new Table()
                .number("ID")
                .text("ENDED")
                .text("OUTCOME")
                .text("GENERATION")
                .flexible("BY")
                .flexible("NAME");
        for (HistoryEntry entry : entries) {
            table.row(
                    entry.deployment(),
                    Display.time(entry.ended()),
                    entry.outcome().word(),
                    generations(entry.fromGeneration(), entry.toGeneration()),
                    entry.who(),
                    entry.name());
        }
        table.print(console());
        console()
                .println(entries.get(0).rollbacks()
                        + " had to be rolled back so far; 'bascule:deployment-info ID' says why.");
    }

    private void export() throws CommandException, IOException {
        if (export.equals(CONSOLE)) {
            deployments().exportHistory(console());
            console().println();
            return;
        }
        Path file = file(export);
        try (BufferedWriter out =
                Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW)) {
            deployments().exportHistory(out);
        } catch (FileAlreadyExistsException e) {
            throw failure(file + " exists already; choose another name or delete it.");
        } catch (IOException e) {
            throw new IOException("the history cannot be written to " + file + ": " + e.getMessage(), e);
        }
        console().println("Wrote " + file + ", " + Display.bytes(Files.size(file)));
    }

    private static Json facts(HistoryEntry entry) {
        return Json.object()
                .with("id", entry.deployment())
                .with("name", entry.name())
                .with("who", entry.who())
                .with("began", entry.began().toString())
                .with("ended", entry.ended().toString())
                .with("outcome", entry.outcome().word())
                .with("step", entry.step().word())
                .with("reason", entry.reason())
                .with("fromGeneration", entry.fromGeneration())
                .with("toGeneration", entry.toGeneration())
                .with("rollbacks", entry.rollbacks())
                .with("modules", facts(entry.modules()));
    }
}
