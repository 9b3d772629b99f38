/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.ModuleStatus;
import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:module-list}. */
@Service
@Command(
        scope = "bascule",
        name = "module-list",
        description = "Lists the installed modules and how they are doing",
        detailedDescription = """
                Examples:
                  bascule:module-list
                  bascule:module-list --json""")
public final class ModuleListCommand extends ModuleCommand {

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        List<ModuleManager.Entry> entries = manager().list();
        if (json) {
            console()
                    .println(Json.text(
                            entries.stream().map(e -> facts(e).toMap()).toList()));
            return;
        }
        if (entries.isEmpty()) {
            console().println("No modules. Copy a .wasm file into deploy/ or use 'bascule:module-install URL'.");
            return;
        }
        Table table = new Table()
                .number("ID")
                .flexible("NAME")
                .flexible("VERSION")
                .text("KIND")
                .text("STATE")
                .number("USED")
                .number("CALLS")
                .number("FAULTS");
        for (ModuleManager.Entry entry : entries) {
            ModuleDescriptor module = entry.descriptor();
            ModuleStatus status = entry.status();
            table.row(
                    entry.bundleId(),
                    module.name(),
                    module.version(),
                    module.kind().name().toLowerCase(Locale.ROOT),
                    status.state(),
                    status.instances(),
                    status.calls(),
                    status.faults());
        }
        table.print(console());
    }

    static Json facts(ModuleManager.Entry entry) {
        ModuleDescriptor module = entry.descriptor();
        ModuleStatus status = entry.status();
        return Json.object()
                .with("bundle", entry.bundleId())
                .with("name", module.name())
                .with("version", module.version())
                .with("kind", module.kind().name().toLowerCase(Locale.ROOT))
                .with("world", module.world().word())
                .with("digest", module.digest())
                .with("location", entry.location())
                .with("state", status.state().name())
                .with("reason", status.reason())
                .with("instances", status.instances())
                .with("calls", status.calls())
                .with("faults", status.faults())
                .with("restarts", status.restarts())
                .with("busyNanos", status.busyNanos())
                .with("memoryBytes", status.memoryBytes());
    }
}
