/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.device;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.channel.ChannelRegistry.DeviceStatus;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.ScanFigures;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code bascule:device-list}. */
@Service
@Command(
        scope = "bascule",
        name = "device-list",
        description = "Lists the devices, whether they answer and when they last did; times are UTC",
        detailedDescription = """
                A device in state 'refused' has a configuration that its driver does not
                take; 'bascule:device-info DEVICE' says why.

                Examples:
                  bascule:device-list
                  bascule:device-list --json""")
public final class DeviceListCommand extends DeviceCommand {

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        List<Device> devices = devices();
        if (json) {
            console()
                    .println(Json.text(
                            devices.stream().map(d -> facts(d).toMap()).toList()));
            return;
        }
        if (devices.isEmpty()) {
            console().println("No devices. A file etc/io.bascule.driver.*.cfg makes one; see docs/how-to/.");
            return;
        }
        Table table = new Table()
                .flexible("DEVICE")
                .text("DRIVER")
                .text("STATE")
                .number("CHANNELS")
                .number("STALE")
                .text("LAST READING")
                .flexible("REASON");
        for (Device device : devices) {
            DeviceStatus status = device.status();
            DeviceFigures figures = device.figures();
            table.row(
                    device.name(),
                    device.driver(),
                    device.state(),
                    status == null ? 0 : status.descriptor().points().size(),
                    figures == null ? 0 : figures.stale(),
                    status == null ? "-" : Display.time(status.lastReadingNanos()),
                    device.reason());
        }
        table.print(console());
    }

    static Json facts(Device device) {
        DeviceStatus status = device.status();
        DeviceFigures figures = device.figures();
        Json facts = Json.object()
                .with("name", device.name())
                .with("driver", device.driver())
                .with("pid", pid(device))
                .with("state", device.state())
                .with("reason", device.reason())
                .with(
                        "channels",
                        status == null ? 0 : status.descriptor().points().size())
                .with("readings", status == null ? 0 : status.readings())
                .with("rejected", status == null ? 0 : status.rejected())
                .with("lastReadingNanos", status == null ? 0 : status.lastReadingNanos());
        if (figures != null) {
            facts.with("connections", figures.connections())
                    .with("attemptsFailed", figures.attemptsFailed())
                    .with("faults", figures.faults())
                    .with("stale", figures.stale())
                    .with("suppressed", figures.suppressed())
                    .with("dropped", figures.dropped())
                    .with(
                            "scans",
                            figures.scans().stream().map(s -> scan(s).toMap()).toList());
        }
        return facts;
    }

    static @Nullable String pid(Device device) {
        if (device.refused() != null) {
            return device.refused().pid();
        }
        return device.figures() == null ? null : device.figures().pid();
    }

    private static Json scan(ScanFigures scan) {
        return Json.object()
                .with("group", scan.group())
                .with("periodNanos", scan.periodNanos())
                .with("channels", scan.channels())
                .with("requestsMax", scan.requestsMax())
                .with("scans", scan.scans())
                .with("overruns", scan.overruns())
                .with("skipped", scan.skipped())
                .with("perSecond", scan.perSecond())
                .with("jitterLastNanos", scan.jitterLastNanos())
                .with("jitterP99Nanos", scan.jitterP99Nanos())
                .with("durationLastNanos", scan.durationLastNanos());
    }
}
