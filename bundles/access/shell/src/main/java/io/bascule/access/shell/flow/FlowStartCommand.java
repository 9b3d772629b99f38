/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.flow;

import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowStatus;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:flow-start}. */
@Service
@Command(
        scope = "bascule",
        name = "flow-start",
        description = "Starts a flow; it stays started over restarts",
        detailedDescription = """
                Examples:
                  bascule:flow-start machine-temperature""")
public final class FlowStartCommand extends FlowCommand {

    @Argument(name = "flow", description = "Name of the flow", required = true)
    @Completion(FlowNames.class)
    String flow = "";

    @Override
    protected void run() throws FlowException, CommandException {
        engine().start(flow);
        FlowStatus status = status(flow);
        String reason = status.reason().isEmpty() ? "" : ": " + status.reason();
        console().println("Started " + flow + ", now " + status.state() + reason);
    }
}
