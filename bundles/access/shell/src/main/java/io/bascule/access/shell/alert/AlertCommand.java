/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.alert;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.api.channel.alert.AlertRegistry;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** A command that works with the alerts. */
abstract class AlertCommand extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    AlertRegistry registry;

    AlertRegistry registry() throws CommandException {
        return require(registry, "alert registry", "io.bascule.core.alert");
    }
}
