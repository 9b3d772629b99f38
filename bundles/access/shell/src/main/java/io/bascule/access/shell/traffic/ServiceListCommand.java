/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.traffic;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.access.shell.module.ModuleNames;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.ModuleTraffic;
import io.bascule.api.module.traffic.VersionTraffic;
import io.bascule.api.security.Capability;
import io.bascule.api.security.NamePattern;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/** {@code bascule:service-list}. */
@Service
@Command(
        scope = "bascule",
        name = "service-list",
        description = "Finds module versions by name and version range: health, what they offer, share of the traffic",
        detailedDescription = """
                OFFERS is what the version can be asked to do; --json has its faults,
                digest, the stages that use it and what it imports, too. In a name, *
                stands for any characters. A range is written as [1.0,2), or 1.2 for
                1.2 and up.

                Examples:
                  bascule:service-list
                  bascule:service-list 'trend-*' '[1.0,2)'
                  bascule:service-list --json trend-anomaly""")
public final class ServiceListCommand extends GatewayCommand {

    @Argument(name = "name", description = "Name or pattern; all if unset")
    @Completion(ModuleNames.class)
    String name = "*";

    @Argument(index = 1, name = "range", description = "Version range; all if unset")
    String range = "0";

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Reference(optional = true)
    @Nullable
    ModuleManager manager;

    @Reference(optional = true)
    @Nullable
    ModuleRouter router;

    @Override
    protected void run() throws CommandException {
        NamePattern names = NamePattern.of(name);
        VersionRange versions = versions();
        List<ModuleManager.Entry> found =
                require(manager, "module manager", "io.bascule.core.lifecycle").list().stream()
                        .filter(entry -> names.matches(entry.descriptor().name()))
                        .filter(entry -> versions.includes(
                                Version.parseVersion(entry.descriptor().version())))
                        .toList();
        if (json) {
            console()
                    .println(Json.text(found.stream().map(e -> facts(e).toMap()).toList()));
            return;
        }
        if (found.isEmpty()) {
            console()
                    .println("No module '" + name + "' in version range " + range
                            + "; 'bascule:service-list' shows all that there are.");
            return;
        }
        Table table = new Table()
                .flexible("NAME")
                .flexible("VERSION")
                .text("STATE")
                .text("OFFERS")
                .text("SHARE")
                .number("STAGES")
                .number("CALLS")
                .number("FAULTS");
        for (ModuleManager.Entry entry : found) {
            ModuleDescriptor descriptor = entry.descriptor();
            Optional<VersionTraffic> figures = figures(entry);
            table.row(
                    descriptor.name(),
                    descriptor.version(),
                    entry.status().state(),
                    descriptor.world().word(),
                    share(entry),
                    figures.map(VersionTraffic::stages).orElse(0),
                    figures.map(VersionTraffic::calls).orElse(entry.status().calls()),
                    figures.map(VersionTraffic::faults).orElse(entry.status().faults()));
        }
        table.print(console());
        for (ModuleManager.Entry entry : found) {
            if (!entry.status().reason().isEmpty()) {
                console()
                        .println(Table.clean("! " + entry.descriptor().name() + " "
                                + entry.descriptor().version() + ": "
                                + entry.status().reason()));
            }
        }
    }

    private VersionRange versions() throws CommandException {
        try {
            return VersionRange.valueOf(range);
        } catch (IllegalArgumentException e) {
            throw failure("'" + range + "' is no version range; expected for example [1.0,2), or 1.2 for 1.2 and up.");
        }
    }

    private Optional<ModuleTraffic> traffic(ModuleManager.Entry entry) {
        return Optional.ofNullable(router)
                .map(present -> present.traffic(entry.descriptor().name()));
    }

    private Optional<VersionTraffic> figures(ModuleManager.Entry entry) {
        return traffic(entry).stream()
                .flatMap(traffic -> traffic.versions().stream())
                .filter(version ->
                        Shares.isSame(version.version(), entry.descriptor().version()))
                .findFirst();
    }

    private String share(ModuleManager.Entry entry) {
        return traffic(entry)
                .map(traffic -> Shares.of(traffic, entry.descriptor().version()))
                .orElse("-");
    }

    private Json facts(ModuleManager.Entry entry) {
        ModuleDescriptor descriptor = entry.descriptor();
        Optional<VersionTraffic> figures = figures(entry);
        return Json.object()
                .with("name", descriptor.name())
                .with("version", descriptor.version())
                .with("kind", descriptor.kind().name().toLowerCase(Locale.ROOT))
                .with("bundle", entry.bundleId())
                .with("location", entry.location())
                .with("digest", descriptor.digest())
                .with("state", entry.status().state().name())
                .with("reason", entry.status().reason())
                .with("offers", descriptor.world().word())
                .with("update", descriptor.update().word())
                .with(
                        "imports",
                        descriptor.capabilities().stream()
                                .sorted()
                                .map(Capability::word)
                                .toList())
                .with("share", share(entry))
                .with("stages", traffic(entry).map(ModuleTraffic::stages).orElse(List.of()))
                .with(
                        "calls",
                        figures.map(VersionTraffic::calls).orElse(entry.status().calls()))
                .with(
                        "faults",
                        figures.map(VersionTraffic::faults)
                                .orElse(entry.status().faults()))
                .with("p95Nanos", figures.map(VersionTraffic::p95Nanos).orElse(0L));
    }
}
