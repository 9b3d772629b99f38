/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.device;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.channel.ChannelRegistry.DeviceStatus;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.ScanFigures;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:device-info}. */
@Service
@Command(
        scope = "bascule",
        name = "device-info",
        description = "Shows one device: connection, configuration, counters, and how its scan groups keep their pace",
        detailedDescription = """
                LATE is how late 99 of 100 of the last scans began at most, OVER how
                many took longer than their period, SKIPPED how many were left out.

                Examples:
                  bascule:device-info press1
                  bascule:device-info --json press1""")
public final class DeviceInfoCommand extends DeviceCommand {

    @Argument(name = "device", description = "Name of the device", required = true)
    @Completion(DeviceNames.class)
    String name = "";

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        Device device = device(name);
        if (json) {
            console().println(Json.text(DeviceListCommand.facts(device)));
            return;
        }
        line("Device", device.name());
        line("Driver", device.driver());
        String pid = DeviceListCommand.pid(device);
        line("Configured", pid == null ? "" : pid);
        line("State", device.state());
        line("Reason", device.reason());
        DeviceStatus status = device.status();
        if (status != null) {
            line("Channels", Integer.toString(status.descriptor().points().size()));
            line(
                    "Readings",
                    status.readings() + " (" + status.rejected() + " rejected), the last at "
                            + Display.time(status.lastReadingNanos()));
        }
        DeviceFigures figures = device.figures();
        if (figures != null) {
            print(figures);
        }
    }

    private void print(DeviceFigures figures) {
        line(
                "Connected",
                figures.connections() + " times, " + figures.attemptsFailed()
                        + " attempts failed since it last answered");
        line("Faults", figures.faults() + " of the driver itself");
        line(
                "Filtered",
                figures.suppressed() + " suppressed, " + figures.dropped() + " dropped, " + figures.stale()
                        + " channels stale");
        if (figures.scans().isEmpty()) {
            return;
        }
        console().println();
        Table table = new Table()
                .flexible("GROUP")
                .number("PERIOD")
                .number("CHANNELS")
                .number("SCANS")
                .number("PER S")
                .number("LATE")
                .number("TOOK")
                .number("OVER")
                .number("SKIPPED");
        for (ScanFigures scan : figures.scans()) {
            table.row(
                    scan.group(),
                    Display.latency(scan.periodNanos()),
                    scan.channels(),
                    scan.scans(),
                    String.format(Locale.ROOT, "%.2f", scan.perSecond()),
                    Display.latency(scan.jitterP99Nanos()),
                    Display.latency(scan.durationLastNanos()),
                    scan.overruns(),
                    scan.skipped());
        }
        table.print(console());
    }

    private void line(String label, String text) {
        if (!text.isEmpty()) {
            console().printf("%-12s %s%n", label, Table.clean(text));
        }
    }
}
