/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.traffic;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.GatewayCommand;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.access.shell.module.ModuleNames;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.ModuleTraffic;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.api.module.traffic.VersionTraffic;
import java.io.IOException;
import java.util.Collections;
import java.util.Dictionary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** {@code bascule:traffic}. */
@Service
@Command(
        scope = "bascule",
        name = "traffic",
        description = "Shows how traffic is divided between the versions of modules and what each did, or sets a rule",
        detailedDescription = """
                A rule is one of
                  latest
                  all 1.0.0
                  weighted 1.0.0=90 1.1.0=10      each batch, shares in percent
                  round-robin 1.0.0 1.1.0         one batch to each in turn
                  by-channel 1.0.0=50 1.1.0=50    a channel stays with its version
                  shadow 1.0.0 1.1.0 tolerance=0.001
                It is configuration (PID io.bascule.flow.traffic), holds over
                restarts, and changes between two batches: nothing is lost.

                Examples:
                  bascule:traffic
                  bascule:traffic trend-anomaly
                  bascule:traffic trend-anomaly weighted 1.0.0=90 1.1.0=10
                  bascule:traffic --clear trend-anomaly""")
public final class TrafficCommand extends GatewayCommand {

    /** The PID whose keys are names of modules and whose values are their rules. */
    static final String PID = "io.bascule.flow.traffic";

    private static final String FILE_KEY = "felix.fileinstall.filename";

    @Argument(name = "module", description = "Name of the module; all if unset")
    @Completion(ModuleNames.class)
    String module = "";

    @Argument(index = 1, name = "rule", description = "The rule to set", multiValued = true)
    @Completion(RuleWords.class)
    List<String> rule = List.of();

    @Option(name = "--clear", description = "Take the module's rule away: all to the highest version that is ready")
    boolean isClearing;

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Reference(optional = true)
    @Nullable
    ModuleRouter router;

    @Reference(optional = true)
    @Nullable
    ConfigurationAdmin configurations;

    @Override
    protected void run() throws CommandException, IOException {
        if (isClearing || !rule.isEmpty()) {
            set();
            return;
        }
        List<ModuleTraffic> shown = module.isEmpty() ? router().list() : List.of(router().traffic(module));
        if (json) {
            console()
                    .println(Json.text(shown.stream().map(t -> facts(t).toMap()).toList()));
        } else if (!module.isEmpty()) {
            print(shown.get(0));
        } else if (shown.isEmpty()) {
            console().println("No flow uses a module now; 'bascule:flow-list' shows the flows.");
        } else {
            print(shown);
        }
    }

    private ModuleRouter router() throws CommandException {
        return require(router, "traffic router", "io.bascule.core.flow");
    }

    private void set() throws CommandException, IOException {
        if (module.isEmpty() || isClearing != rule.isEmpty()) {
            throw failure("Name the module and either a rule or --clear; 'bascule:traffic --help' shows the rules.");
        }
        ModuleDescriptor.requireName(module);
        Configuration configuration = require(configurations, "configuration admin", "org.apache.felix.configadmin")
                .getConfiguration(PID, "?");
        Dictionary<String, Object> properties = configuration.getProperties();
        Map<String, Object> next = new LinkedHashMap<>();
        if (properties != null) {
            Collections.list(properties.keys()).forEach(key -> next.put(key, properties.get(key)));
        }
        if (isClearing) {
            if (next.remove(module) == null) {
                throw failure(module + " has no traffic rule of its own; 'bascule:traffic' shows what holds.");
            }
            configuration.update(FrameworkUtil.asDictionary(next));
            console().println(module + ": rule taken away; all goes to the highest version that is ready.");
            return;
        }
        TrafficRule parsed = TrafficRule.parse(String.join(" ", rule));
        next.put(module, parsed.toString());
        configuration.update(FrameworkUtil.asDictionary(next));
        console().println(module + ": " + parsed);
        if (next.get(FILE_KEY) == null) {
            console()
                    .println("Kept in the framework's own store only; make the file etc/" + PID
                            + ".cfg to keep rules where people read them.");
        }
        noteMissing(parsed);
    }

    /** A rule may be written before its versions are there; then a person should know. */
    private void noteMissing(TrafficRule parsed) {
        if (router == null) {
            return;
        }
        ModuleTraffic now = router.traffic(module);
        List<String> missing = parsed.versions().stream()
                .filter(version -> now.versions().stream().noneMatch(live -> Shares.isSame(live.version(), version)))
                .toList();
        if (!missing.isEmpty()) {
            console()
                    .println("No stage has version " + String.join(", ", missing) + " now; 'bascule:traffic " + module
                            + "' shows whether the rule is in force.");
        }
    }

    private void print(List<ModuleTraffic> all) {
        Table table = new Table()
                .flexible("MODULE")
                .flexible("VERSION")
                .text("SHARE")
                .number("CALLS")
                .number("FAULTS")
                .number("P95")
                .number("DIFFER")
                .flexible("RULE");
        for (ModuleTraffic traffic : all) {
            if (traffic.versions().isEmpty()) {
                table.row(
                        traffic.module(),
                        "-",
                        "-",
                        0,
                        0,
                        "-",
                        "-",
                        traffic.route().rule());
            }
            for (VersionTraffic version : traffic.versions()) {
                table.row(
                        traffic.module(),
                        version.version(),
                        Shares.of(traffic, version.version()),
                        version.calls(),
                        version.faults(),
                        Display.latency(version.p95Nanos()),
                        differ(version),
                        traffic.route().rule());
            }
        }
        table.print(console());
        for (ModuleTraffic traffic : all) {
            if (traffic.isPaused()) {
                console().println(traffic.module() + " is paused; 'bascule:resume " + traffic.module() + "'");
            }
            if (!traffic.trouble().isEmpty()) {
                console().println(Table.clean("! " + traffic.module() + ": " + traffic.trouble()));
            }
        }
    }

    private static String differ(VersionTraffic version) {
        return version.compared() == 0 ? "-" : version.different() + "/" + version.compared();
    }

    private void print(ModuleTraffic traffic) {
        line("Module", traffic.module());
        line("Rule", traffic.route().rule() + (traffic.isConfigured() ? " (configured)" : ""));
        line("Standby", String.join(", ", new TreeSet<>(traffic.route().standby())));
        line("Paused", traffic.isPaused() ? "yes; 'bascule:resume " + traffic.module() + "' lets it go on" : "");
        line("Stages", traffic.stages().isEmpty() ? "none" : String.join(", ", traffic.stages()));
        line("Trouble", traffic.trouble());
        if (traffic.versions().isEmpty()) {
            return;
        }
        console().println();
        Table table = new Table()
                .flexible("VERSION")
                .text("SHARE")
                .number("CALLS")
                .number("IN")
                .number("OUT")
                .number("FAULTS")
                .number("LATE")
                .number("P50")
                .number("P95")
                .number("DIFFER");
        for (VersionTraffic version : traffic.versions()) {
            table.row(
                    version.version(),
                    Shares.of(traffic, version.version()),
                    version.calls(),
                    version.readingsIn(),
                    version.readingsOut(),
                    version.faults(),
                    version.deadlineMisses(),
                    Display.latency(version.p50Nanos()),
                    Display.latency(version.p95Nanos()),
                    differ(version));
        }
        table.print(console());
        for (VersionTraffic version : traffic.versions()) {
            if (!version.lastFault().isEmpty()) {
                console().println(Table.clean("! " + version.version() + ": " + version.lastFault()));
            }
        }
    }

    private void line(String label, String text) {
        if (!text.isEmpty()) {
            console().printf("%-8s %s%n", label, Table.clean(text));
        }
    }

    private static Json facts(ModuleTraffic traffic) {
        return Json.object()
                .with("module", traffic.module())
                .with("rule", traffic.route().rule().toString())
                .with("configured", traffic.isConfigured())
                .with("paused", traffic.isPaused())
                .with("standby", List.copyOf(new TreeSet<>(traffic.route().standby())))
                .with("fallback", traffic.route().fallback().orElse(null))
                .with("stages", traffic.stages())
                .with("trouble", traffic.trouble())
                .with(
                        "versions",
                        traffic.versions().stream()
                                .map(version -> facts(traffic, version).toMap())
                                .toList());
    }

    private static Json facts(ModuleTraffic traffic, VersionTraffic version) {
        return Json.object()
                .with("version", version.version())
                .with("share", Shares.of(traffic, version.version()))
                .with("stages", version.stages())
                .with("calls", version.calls())
                .with("readingsIn", version.readingsIn())
                .with("readingsOut", version.readingsOut())
                .with("messagesOut", version.messagesOut())
                .with("alertsOut", version.alertsOut())
                .with("faults", version.faults())
                .with("fallbacks", version.fallbacks())
                .with("deadlineMisses", version.deadlineMisses())
                .with("p50Nanos", version.p50Nanos())
                .with("p95Nanos", version.p95Nanos())
                .with("compared", version.compared())
                .with("different", version.different())
                .with("lastFault", version.lastFault());
    }
}
