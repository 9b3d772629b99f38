/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.api.module.ModuleException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:module-update}. */
@Service
@Command(
        scope = "bascule",
        name = "module-update",
        description = "Replaces a module and waits until the new version is ready; puts the old one back if it is not",
        detailedDescription = """
                Without a URL, the artefact is read again from where it came. A module
                that came with a deployment is updated with bascule:deploy.

                Examples:
                  bascule:module-update trend-anomaly
                  bascule:module-update trend-anomaly file:/home/ada/trend.wasm""")
public final class ModuleUpdateCommand extends ModuleCommand {

    @Argument(name = "module", description = "Name of the module, or number of its bundle", required = true)
    @Completion(ModuleNames.class)
    String module = "";

    @Argument(index = 1, name = "url", description = "Where the new artefact is: file:, http:, https: or mvn:")
    String url = "";

    @Override
    protected void run() throws ModuleException, CommandException {
        requireUnmanaged(module, "Use 'bascule:deploy " + (url.isEmpty() ? "URL" : url) + "'.");
        report("Updated", manager().update(module, url));
    }
}
