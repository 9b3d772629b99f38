/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.flow;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.api.flow.FlowEngine;
import io.bascule.api.flow.FlowStatus;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** A command that works with the flow engine. */
abstract class FlowCommand extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    FlowEngine engine;

    FlowEngine engine() throws CommandException {
        return require(engine, "flow engine", "io.bascule.core.flow");
    }

    FlowStatus status(String name) throws CommandException {
        return engine().find(name)
                .orElseThrow(() -> failure("There is no flow '" + name
                        + "'; 'bascule:flow-list' shows those that exist, new ones go to etc/flows/."));
    }
}
