/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelRegistry.DeviceStatus;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.flow.FlowEngine;
import io.bascule.api.flow.FlowStatus;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.ModuleState;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** {@code bascule:status}. */
@Service
@Command(
        scope = "bascule",
        name = "status",
        description = "Shows how the gateway is doing and what needs a person",
        detailedDescription = """
                Examples:
                  bascule:status
                  bascule:status --json""")
public final class StatusCommand extends GatewayCommand {

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Reference(optional = true)
    @Nullable
    ChannelRegistry channels;

    @Reference(optional = true)
    @Nullable
    ModuleManager modules;

    @Reference(optional = true)
    @Nullable
    FlowEngine flows;

    @Reference(optional = true)
    @Nullable
    AlertRegistry alerts;

    @Override
    protected void run() {
        List<String> troubles = new ArrayList<>();
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        long upMillis = ManagementFactory.getRuntimeMXBean().getUptime();
        Json facts = Json.object().with("uptimeMillis", upMillis).with("heapBytes", used);
        facts.with("heapMaxBytes", runtime.maxMemory());
        String up = "up " + Display.age(Duration.ofMillis(upMillis)) + ", heap " + Display.bytes(used) + " of "
                + Display.bytes(runtime.maxMemory());
        Table table = new Table().text("WHAT").flexible("STATE");
        table.row("gateway", up);
        table.row("devices", devices(facts, troubles));
        table.row("modules", modules(facts, troubles));
        table.row("flows", flows(facts, troubles));
        table.row("alerts", alerts(facts));
        facts.with("troubles", troubles);
        if (json) {
            console().println(Json.text(facts));
            return;
        }
        table.print(console());
        for (String trouble : troubles) {
            console().println(Table.clean("! " + trouble));
        }
    }

    private String devices(Json facts, List<String> troubles) {
        if (channels == null) {
            troubles.add("The channel registry is not running: bundle:diag io.bascule.core.channel");
            return "unknown";
        }
        List<DeviceStatus> devices = channels.listDevices();
        for (DeviceStatus device : devices) {
            if (!device.isConnected()) {
                troubles.add("device " + device.descriptor().name() + ": " + device.reason());
            }
        }
        long connected = devices.stream().filter(DeviceStatus::isConnected).count();
        int channelCount = channels.list().size();
        facts.with("devices", Map.of("total", devices.size(), "connected", connected));
        facts.with("channels", channelCount);
        return connected + " of " + devices.size() + " connected, " + channelCount + " channels";
    }

    private String modules(Json facts, List<String> troubles) {
        if (modules == null) {
            troubles.add("The module manager is not running: bundle:diag io.bascule.core.lifecycle");
            return "unknown";
        }
        List<ModuleManager.Entry> all = modules.list();
        for (ModuleManager.Entry module : all) {
            ModuleState state = module.status().state();
            boolean isFine =
                    state == ModuleState.READY || state == ModuleState.STARTING || state == ModuleState.STOPPING;
            if (!isFine) {
                troubles.add("module " + module.descriptor().name() + " is " + state + ": see bascule:module-info "
                        + module.descriptor().name());
            }
        }
        long ready = all.stream()
                .filter(m -> m.status().state() == ModuleState.READY)
                .count();
        facts.with("modules", Map.of("total", all.size(), "ready", ready));
        return ready + " of " + all.size() + " ready";
    }

    private String flows(Json facts, List<String> troubles) {
        if (flows == null) {
            troubles.add("The flow engine is not running: bundle:diag io.bascule.core.flow");
            return "unknown";
        }
        List<FlowStatus> all = flows.list();
        for (FlowStatus flow : all) {
            if (flow.state() == FlowStatus.State.INVALID || flow.state() == FlowStatus.State.WAITING) {
                troubles.add("flow " + flow.name() + " is " + flow.state() + ": " + flow.reason());
            }
        }
        long running =
                all.stream().filter(f -> f.state() == FlowStatus.State.RUNNING).count();
        facts.with("flows", Map.of("total", all.size(), "running", running));
        return running + " of " + all.size() + " running";
    }

    private String alerts(Json facts) {
        if (alerts == null) {
            return "unknown";
        }
        long open = alerts.list().stream().filter(a -> !a.isAcknowledged()).count();
        facts.with("alerts", Map.of("open", open, "raised", alerts.raisedTotal(), "dropped", alerts.droppedTotal()));
        return open + " open, " + alerts.raisedTotal() + " raised since the start";
    }
}
