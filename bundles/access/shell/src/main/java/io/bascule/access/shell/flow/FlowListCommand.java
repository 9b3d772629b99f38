/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.flow;

import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.flow.FlowStatus;
import io.bascule.api.flow.FlowStatus.StageStatus;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:flow-list}. */
@Service
@Command(
        scope = "bascule",
        name = "flow-list",
        description = "Lists the flows, what they have done and lost",
        detailedDescription = """
                Examples:
                  bascule:flow-list
                  bascule:flow-list --json""")
public final class FlowListCommand extends FlowCommand {

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        List<FlowStatus> flows = engine().list();
        if (json) {
            console()
                    .println(Json.text(flows.stream().map(f -> facts(f).toMap()).toList()));
            return;
        }
        if (flows.isEmpty()) {
            console()
                    .println(
                            "No flows. Put a definition into etc/flows/; 'bascule:flow-validate FILE' checks it first.");
            return;
        }
        Table table = new Table()
                .flexible("FLOW")
                .text("STATE")
                .number("STAGES")
                .number("READINGS")
                .number("DROPPED")
                .number("FAULTS")
                .flexible("REASON");
        for (FlowStatus flow : flows) {
            table.row(
                    flow.name(),
                    flow.state(),
                    flow.stages().size(),
                    flow.stages().stream()
                            .mapToLong(StageStatus::readingsIn)
                            .max()
                            .orElse(0),
                    flow.stages().stream()
                            .mapToLong(StageStatus::readingsDropped)
                            .sum(),
                    flow.stages().stream().mapToLong(StageStatus::faults).sum(),
                    flow.reason());
        }
        table.print(console());
    }

    static Json facts(FlowStatus flow) {
        return Json.object()
                .with("name", flow.name())
                .with("state", flow.state().name())
                .with("reason", flow.reason())
                .with(
                        "stages",
                        flow.stages().stream().map(s -> facts(s).toMap()).toList());
    }

    private static Json facts(StageStatus stage) {
        return Json.object()
                .with("id", stage.id())
                .with("type", stage.type())
                .with("module", stage.module())
                .with("queued", stage.queued())
                .with("capacity", stage.capacity())
                .with("overflow", stage.overflow().word())
                .with("readingsIn", stage.readingsIn())
                .with("readingsOut", stage.readingsOut())
                .with("readingsDropped", stage.readingsDropped())
                .with("faults", stage.faults())
                .with("lastFault", stage.lastFault())
                .with("busyNanos", stage.busyNanos());
    }
}
