/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.flow;

import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowStatus;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:flow-stop}. */
@Service
@Command(
        scope = "bascule",
        name = "flow-stop",
        description = "Stops a flow after it has worked off its queues; it stays stopped over restarts",
        detailedDescription = """
                Examples:
                  bascule:flow-stop machine-temperature""")
public final class FlowStopCommand extends FlowCommand {

    @Argument(name = "flow", description = "Name of the flow", required = true)
    @Completion(FlowNames.class)
    String flow = "";

    @Override
    protected void run() throws FlowException, CommandException {
        engine().stop(flow);
        FlowStatus status = status(flow);
        String reason = status.reason().isEmpty() ? "" : ": " + status.reason();
        console().println("Stopped " + flow + ", now " + status.state() + reason);
    }
}
