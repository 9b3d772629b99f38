/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleManager;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:module-install}. */
@Service
@Command(
        scope = "bascule",
        name = "module-install",
        description = "Installs a module and, unless told otherwise, starts it",
        detailedDescription = """
                Examples:
                  bascule:module-install file:/home/ada/trend-anomaly.wasm
                  bascule:module-install --no-start mvn:com.example/filter/1.0/wasm""")
public final class ModuleInstallCommand extends ModuleCommand {

    @Argument(name = "url", description = "Where the artefact is: file:, http:, https: or mvn:", required = true)
    String url = "";

    @Option(name = "--no-start", description = "Only install; start it later with bascule:module-start")
    boolean isLeftStopped;

    @Override
    protected void run() throws ModuleException, CommandException {
        ModuleManager.Entry entry = manager().install(url);
        if (isLeftStopped) {
            report("Installed", entry);
            return;
        }
        report("Installed and started", manager().start(Long.toString(entry.bundleId())));
    }
}
