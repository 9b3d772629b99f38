/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.api.module.ModuleManager;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** A command that works with the module manager. */
abstract class ModuleCommand extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    ModuleManager manager;

    ModuleManager manager() throws CommandException {
        return require(manager, "module manager", "io.bascule.core.lifecycle");
    }

    ModuleManager.Entry entry(String nameOrNumber) throws CommandException {
        return manager()
                .find(nameOrNumber)
                .orElseThrow(() -> failure("There is no module '" + nameOrNumber
                        + "'; 'bascule:module-list' shows those that are installed."));
    }

    /** Says in one line what a change led to. */
    void report(String done, ModuleManager.Entry entry) {
        String reason = entry.status().reason();
        console()
                .println(done + " " + entry.descriptor().name() + " "
                        + entry.descriptor().version() + " (bundle " + entry.bundleId() + "), now "
                        + entry.status().state() + (reason.isEmpty() ? "" : ": " + reason));
    }
}
