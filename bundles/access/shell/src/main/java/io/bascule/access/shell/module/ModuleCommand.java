/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.api.module.ModuleManager;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** A command that works with the module manager. */
abstract class ModuleCommand extends GatewayCommand {

    /** What the location of a bundle begins with that a deployment brought. */
    private static final String MANAGED = "bascule:";

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

    /**
     * Refuses to change a module behind the back of the deployment that brought it.
     *
     * @throws CommandException when a deployment brought it; says what to use
     */
    void requireUnmanaged(String nameOrNumber, String instead) throws CommandException {
        ModuleManager.Entry entry = entry(nameOrNumber);
        if (entry.location().startsWith(MANAGED)) {
            throw failure(entry.descriptor().name() + " " + entry.descriptor().version()
                    + " came with a deployment, which keeps it as it is. " + instead
                    + " 'bascule:rollback' returns to the generation before.");
        }
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
