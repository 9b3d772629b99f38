/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.store;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import io.bascule.api.store.ReadingStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code bascule:store-info}. */
@Service
@Command(
        scope = "bascule",
        name = "store-info",
        description = "Shows the history and the outboxes: sizes, limits, and what was refused, expired or dropped",
        detailedDescription = """
                STORED, REFUSED, EXPIRED and UNKNOWN count readings since the store was
                opened; DROPPED counts messages since the outbox was made.

                Examples:
                  bascule:store-info
                  bascule:store-info --json""")
public final class StoreInfoCommand extends StoreCommand {

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException, IOException {
        Json facts = Json.object();
        useReadings(store -> {
            // Asked first: it waits until the file is open, which the figures do not.
            int channels = store.channels().size();
            history(store.figures(), channels, facts);
        });
        use(Outboxes.class, outboxes -> outboxes(outboxes, facts));
        if (json) {
            console().println(Json.text(facts));
        }
    }

    private void history(ReadingStore.Figures figures, int channels, Json facts) {
        facts.with(
                "history",
                Json.object()
                        .with("channels", channels)
                        .with("bytes", figures.bytes())
                        .with("bytesMax", figures.bytesMax())
                        .with("stored", figures.stored())
                        .with("refused", figures.refused())
                        .with("expired", figures.expired())
                        .with("unknown", figures.unknown())
                        .with("problem", figures.problem())
                        .toMap());
        if (json) {
            return;
        }
        Table table = new Table()
                .text("HISTORY")
                .text("OF")
                .number("CHANNELS")
                .number("STORED")
                .number("REFUSED")
                .number("EXPIRED")
                .number("UNKNOWN");
        table.row(
                Display.bytes(figures.bytes()),
                Display.bytes(figures.bytesMax()),
                channels,
                figures.stored(),
                figures.refused(),
                figures.expired(),
                figures.unknown());
        table.print(console());
        problem("the history", figures.problem());
    }

    private void outboxes(Outboxes outboxes, Json facts) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        Table table = new Table()
                .flexible("OUTBOX")
                .number("MESSAGES")
                .text("SIZE")
                .text("OF")
                .number("DROPPED")
                .number("REFUSED");
        for (String name : outboxes.list()) {
            Outbox.Figures figures = outboxes.open(name).figures();
            all.add(Json.object()
                    .with("name", name)
                    .with("messages", figures.messages())
                    .with("bytes", figures.bytes())
                    .with("bytesMax", figures.bytesMax())
                    .with("dropped", figures.dropped())
                    .with("refused", figures.refused())
                    .with("problem", figures.problem())
                    .toMap());
            table.row(
                    name,
                    figures.messages(),
                    Display.bytes(figures.bytes()),
                    Display.bytes(figures.bytesMax()),
                    figures.dropped(),
                    figures.refused());
            if (!json) {
                problem("outbox " + name, figures.problem());
            }
        }
        facts.with("outboxes", all);
        if (json) {
            return;
        }
        console().println();
        if (table.isEmpty()) {
            console().println("No outboxes. A connector that forwards to a remote end makes one.");
        } else {
            table.print(console());
        }
    }

    private void problem(String what, String problem) {
        if (!problem.isEmpty()) {
            console().println(Table.clean("! " + what + ": " + problem));
        }
    }
}
