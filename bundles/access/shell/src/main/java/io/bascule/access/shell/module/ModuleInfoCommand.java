/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.World;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code bascule:module-info}. */
@Service
@Command(
        scope = "bascule",
        name = "module-info",
        description = "Shows one module: state and reason, what it asks for, what it was granted, its configuration",
        detailedDescription = """
                An UNRESOLVED module lists each host interface that it imports and
                that is missing, with what this gateway offers instead. A capability
                marked 'missing' is imported but not granted: see bascule:grant. Of a
                driver its devices are shown; see also bascule:device-info.

                Examples:
                  bascule:module-info trend-anomaly
                  bascule:module-info --json 104""")
public final class ModuleInfoCommand extends ModuleCommand {

    @Argument(name = "module", description = "Name of the module, or number of its bundle", required = true)
    @Completion(ModuleNames.class)
    String module = "";

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Option(name = "--schema", description = "Print the JSON Schema of the module's configuration and nothing else")
    boolean schema;

    @Reference(optional = true)
    @Nullable
    GrantRegistry grants;

    @Reference(optional = true)
    @Nullable
    ChannelRegistry channels;

    @Override
    protected void run() throws CommandException {
        ModuleManager.Entry entry = entry(module);
        if (schema) {
            String text = entry.descriptor().configSchema();
            console().println(text.isEmpty() ? "{}" : text);
        } else if (json) {
            console().println(Json.text(facts(entry)));
        } else {
            print(entry);
        }
    }

    private Json facts(ModuleManager.Entry entry) {
        ModuleDescriptor descriptor = entry.descriptor();
        return ModuleListCommand.facts(entry)
                .with("description", descriptor.description())
                .with("batchMax", descriptor.batchMax())
                .with("stateVersion", descriptor.stateVersion())
                .with(
                        "capabilities",
                        descriptor.capabilities().stream()
                                .sorted()
                                .map(c -> Map.of("name", c.word(), "granted", scope(descriptor.name(), c)))
                                .toList())
                .with("configSchema", descriptor.configSchema());
    }

    private void print(ModuleManager.Entry entry) {
        ModuleDescriptor descriptor = entry.descriptor();
        ModuleStatus status = entry.status();
        line("Module", descriptor.name() + " " + descriptor.version());
        line("Description", descriptor.description());
        line(
                "Kind",
                descriptor.kind().name().toLowerCase(Locale.ROOT) + ", world "
                        + descriptor.world().word());
        line("Bundle", entry.bundleId() + " from " + entry.location());
        line("Digest", descriptor.digest());
        line("State", status.state().name());
        line("Reason", status.reason());
        if (descriptor.world() == World.DRIVER) {
            line("Scans", status.calls() + " (" + status.faults() + " faults, " + status.restarts() + " reconnects)");
            lastFault(status);
            devices(descriptor.name());
            return;
        }
        line("Used by", status.instances() + " stages, " + Display.bytes(status.memoryBytes()) + " of memory");
        line(
                "Calls",
                status.calls() + " (" + status.faults() + " faults, " + status.restarts() + " restarts, "
                        + Display.seconds(status.busyNanos()) + " busy)");
        lastFault(status);
        line("Snapshots", descriptor.stateVersion() == 0 ? "none" : "format " + descriptor.stateVersion());
        console().println();
        capabilities(descriptor);
    }

    private void lastFault(ModuleStatus status) {
        if (!status.lastFault().isEmpty()) {
            line("Last fault", status.lastFault());
        }
    }

    private void devices(String driver) {
        Table table = new Table().flexible("DEVICE").text("STATE").flexible("REASON");
        if (channels != null) {
            for (ChannelRegistry.DeviceStatus device : channels.listDevices()) {
                if (device.descriptor().driver().equals(driver)) {
                    table.row(
                            device.descriptor().name(),
                            device.isConnected() ? "connected" : "disconnected",
                            device.reason());
                }
            }
        }
        console().println();
        if (table.isEmpty()) {
            console().println("The driver runs no device; 'bascule:device-list' shows those there are.");
        } else {
            table.print(console());
        }
    }

    private void capabilities(ModuleDescriptor descriptor) {
        Table table = new Table().text("CAPABILITY").flexible("GRANTED");
        for (Capability capability : descriptor.capabilities().stream().sorted().toList()) {
            List<String> scope = scope(descriptor.name(), capability);
            String granted = scope.isEmpty()
                    ? "missing: bascule:grant " + descriptor.name() + " " + capability.word()
                    : String.join(" ", scope);
            table.row(capability.word(), granted);
        }
        if (table.isEmpty()) {
            console().println("The module asks for no capability.");
        } else {
            table.print(console());
        }
        if (!descriptor.configSchema().isEmpty()) {
            console().println();
            console()
                    .println("Configuration: 'bascule:module-info --schema " + descriptor.name()
                            + " --schema' shows what can be set.");
        }
    }

    /** Returns the patterns for which a capability holds, {@code yes} for one without scope; empty when not granted. */
    private List<String> scope(String name, Capability capability) {
        List<Grant> all = grants == null ? List.of() : grants.listFor(name);
        return all.stream()
                .filter(g -> g.capability() == capability)
                .flatMap(
                        g -> capability.isScoped() ? g.scope().stream().map(Object::toString) : List.of("yes").stream())
                .distinct()
                .collect(Collectors.toList());
    }

    private void line(String label, String text) {
        if (!text.isEmpty()) {
            console().printf("%-12s %s%n", label, text);
        }
    }
}
