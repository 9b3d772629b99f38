/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.alert;

import io.bascule.api.channel.alert.AlertRegistry.Entry;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:alert-ack}. */
@Service
@Command(
        scope = "bascule",
        name = "alert-ack",
        description = "Acknowledges alerts: says that you have seen them",
        detailedDescription = """
                Examples:
                  bascule:alert-ack 12 13
                  bascule:alert-ack --all""")
public final class AlertAckCommand extends AlertCommand {

    @Argument(name = "id", description = "Numbers of alerts, as bascule:alert-list shows them", multiValued = true)
    List<Long> ids = List.of();

    @Option(name = "--all", description = "Every alert that nobody has acknowledged")
    boolean all;

    @Override
    protected void run() throws CommandException {
        if (all == !ids.isEmpty()) {
            throw failure("Say which alerts: numbers from 'bascule:alert-list', or --all.");
        }
        List<Long> wanted = all
                ? registry().list().stream()
                        .filter(e -> !e.isAcknowledged())
                        .map(Entry::id)
                        .toList()
                : ids;
        long unknown = 0;
        for (long id : wanted) {
            if (registry().acknowledge(id, operator().name()).isEmpty()) {
                console().println("There is no alert " + id + ".");
                unknown++;
            }
        }
        console().println("Acknowledged " + (wanted.size() - unknown) + ".");
        if (unknown > 0) {
            throw failure(
                    unknown + " of " + wanted.size() + " alerts do not exist; 'bascule:alert-list --all' shows all.");
        }
    }
}
