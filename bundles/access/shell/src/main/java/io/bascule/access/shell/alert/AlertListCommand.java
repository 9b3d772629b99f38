/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.alert;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry.Entry;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:alert-list}. */
@Service
@Command(
        scope = "bascule",
        name = "alert-list",
        description = "Lists alerts, newest first; times are UTC of the source",
        detailedDescription = """
                Examples:
                  bascule:alert-list
                  bascule:alert-list --all --limit 100
                  bascule:alert-list --all --limit 0 --json""")
public final class AlertListCommand extends AlertCommand {

    @Option(name = "--all", description = "Show acknowledged alerts too")
    boolean all;

    @Option(name = "--limit", description = "Show at most so many; 0 for no limit")
    int limit = 20;

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        List<Entry> wanted = registry().list().stream()
                .filter(e -> all || !e.isAcknowledged())
                .toList();
        List<Entry> shown = limit > 0 && wanted.size() > limit ? wanted.subList(0, limit) : wanted;
        if (json) {
            console()
                    .println(Json.text(shown.stream().map(e -> facts(e).toMap()).toList()));
            return;
        }
        if (shown.isEmpty()) {
            console().println("No alerts" + (all ? "." : " that nobody has acknowledged; --all shows the others too."));
            return;
        }
        Table table = new Table()
                .number("ID")
                .text("TIME")
                .number("SEV")
                .flexible("CHANNEL")
                .flexible("TEXT")
                .flexible("ACK BY");
        for (Entry entry : shown) {
            Alert alert = entry.alert();
            String by = entry.acknowledgedBy();
            table.row(
                    entry.id(),
                    Display.time(alert.timeNanos()),
                    alert.severity(),
                    alert.channel(),
                    alert.text(),
                    by == null ? "" : by);
        }
        table.print(console());
        if (shown.size() < wanted.size()) {
            console().println((wanted.size() - shown.size()) + " more; --limit 0 shows all.");
        }
    }

    private static Json facts(Entry entry) {
        Alert alert = entry.alert();
        return Json.object()
                .with("id", entry.id())
                .with("source", alert.source())
                .with("severity", alert.severity())
                .with("channel", alert.channel())
                .with("timeNanos", alert.timeNanos())
                .with("time", Display.instant(alert.timeNanos()).toString())
                .with("value", alert.value())
                .with("text", alert.text())
                .with("raisedAt", entry.raisedAt().toString())
                .with("acknowledgedBy", entry.acknowledgedBy());
    }
}
