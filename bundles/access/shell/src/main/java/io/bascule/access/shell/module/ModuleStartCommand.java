/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.api.module.ModuleException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:module-start}. */
@Service
@Command(
        scope = "bascule",
        name = "module-start",
        description = "Starts a module and waits until it is ready",
        detailedDescription = """
                Examples:
                  bascule:module-start trend-anomaly""")
public final class ModuleStartCommand extends ModuleCommand {

    @Argument(name = "module", description = "Name of the module, or number of its bundle", required = true)
    @Completion(ModuleNames.class)
    String module = "";

    @Override
    protected void run() throws ModuleException, CommandException {
        report("Started", manager().start(module));
    }
}
