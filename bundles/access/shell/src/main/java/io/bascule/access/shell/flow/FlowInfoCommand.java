/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.flow;

import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.flow.FlowStatus;
import io.bascule.api.flow.FlowStatus.StageStatus;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:flow-info}. */
@Service
@Command(
        scope = "bascule",
        name = "flow-info",
        description = "Shows the stages of a flow, their queues, counters and last faults",
        detailedDescription = """
                Examples:
                  bascule:flow-info machine-temperature
                  bascule:flow-info --definition machine-temperature""")
public final class FlowInfoCommand extends FlowCommand {

    @Argument(name = "flow", description = "Name of the flow", required = true)
    @Completion(FlowNames.class)
    String flow = "";

    @Option(name = "--definition", description = "Print the JSON definition and nothing else")
    boolean definition;

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        FlowStatus status = status(flow);
        if (definition) {
            console().println(engine().definition(flow).orElse(""));
        } else if (json) {
            console().println(Json.text(FlowListCommand.facts(status)));
        } else {
            print(status);
        }
    }

    private void print(FlowStatus status) {
        String reason = status.reason().isEmpty() ? "" : ": " + status.reason();
        console().println("Flow " + status.name() + " is " + status.state() + reason);
        if (status.stages().isEmpty()) {
            return;
        }
        Table table = new Table()
                .flexible("STAGE")
                .flexible("TYPE")
                .flexible("MODULE")
                .text("QUEUE")
                .number("IN")
                .number("OUT")
                .number("DROPPED")
                .number("FAULTS");
        for (StageStatus stage : status.stages()) {
            table.row(
                    stage.id(),
                    stage.type(),
                    stage.module(),
                    stage.queued() + "/" + stage.capacity(),
                    stage.readingsIn(),
                    stage.readingsOut(),
                    stage.readingsDropped(),
                    stage.faults());
        }
        table.print(console());
        for (StageStatus stage : status.stages()) {
            if (!stage.lastFault().isEmpty()) {
                console().println(Table.clean("! " + stage.id() + ": " + stage.lastFault()));
            }
        }
    }
}
