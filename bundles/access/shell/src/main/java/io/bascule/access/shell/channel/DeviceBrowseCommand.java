/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.channel;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceBrowser;
import io.bascule.api.channel.driver.DriverException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code bascule:device-browse}. */
@Service
@Command(
        scope = "bascule",
        name = "device-browse",
        description = "Shows what a device has, for making its channel list",
        detailedDescription = """
                Works with devices that can tell, such as OPC UA servers, while
                they are connected. --csv prints a channel list as the attribute
                channelsFile takes it: remove what you do not need.

                Examples:
                  bascule:device-browse plc
                  bascule:device-browse plc 'ns=2;s=Line1'
                  bascule:device-browse --depth 3 --csv plc 'ns=2;s=Line1'""")
public final class DeviceBrowseCommand extends GatewayCommand {

    private static final int DEPTH_MAX = 10;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(10);

    @Reference
    List<DeviceBrowser> browsers = List.of();

    @Option(name = "--depth", description = "How many levels are shown, 1 to 10")
    int depth = 1;

    @Option(name = "--csv", description = "Print a channel list")
    boolean csv;

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Argument(name = "device", description = "Name of the device", required = true)
    @Completion(BrowsableDevices.class)
    String device = "";

    @Argument(
            index = 1,
            name = "address",
            description =
                    "Below which address; the top of the device if unset. In quotes: the shell ends a command at a"
                            + " semicolon")
    String address = "";

    /** An entry with the names of those above it. */
    private record Found(String path, int level, DeviceBrowser.Entry entry) {}

    private final List<Found> found = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    @Override
    protected void run() throws CommandException, InterruptedException {
        if (depth < 1 || depth > DEPTH_MAX) {
            throw failure("--depth is " + depth + "; expected 1 to " + DEPTH_MAX + ".");
        }
        DeviceBrowser browser = browsers.stream()
                .filter(b -> b.device().equals(device))
                .findFirst()
                .orElseThrow(() -> failure("No device '" + device + "' can be browsed; those that can are "
                        + browsers.stream().map(DeviceBrowser::device).sorted().toList() + "."));
        try {
            collect(browser, address, "", 1, Deadline.after(LIMIT));
        } catch (DriverException e) {
            throw failure(String.valueOf(e.getMessage()));
        }
        print();
    }

    private void collect(DeviceBrowser browser, String at, String path, int level, Deadline deadline)
            throws DriverException, InterruptedException {
        for (DeviceBrowser.Entry entry : browser.browse(at, deadline.atMost(CALL_LIMIT))) {
            // A device is a graph: what was shown once is not followed again.
            if (found.size() >= DeviceBrowser.ENTRIES_MAX || !seen.add(entry.address())) {
                continue;
            }
            String name = path.isEmpty() ? segment(entry.name()) : path + "/" + segment(entry.name());
            found.add(new Found(name, level, entry));
            if (entry.hasMore() && level < depth) {
                collect(browser, entry.address(), name, level + 1, deadline);
            }
        }
    }

    /** Returns a name as channels can have it. */
    private static String segment(String name) {
        String allowed = name.replaceAll("[^A-Za-z0-9._-]+", "-");
        return allowed.isEmpty() ? "-" : allowed;
    }

    private void print() {
        if (csv) {
            printCsv();
        } else if (json) {
            console()
                    .println(Json.text(found.stream().map(f -> facts(f).toMap()).toList()));
        } else if (found.isEmpty()) {
            console().println("There is nothing below '" + address + "'.");
        } else {
            printTable();
        }
        if (found.size() >= DeviceBrowser.ENTRIES_MAX && !json && !csv) {
            console().println("There is more than " + found.size() + " entries; browse deeper down.");
        }
    }

    private void printTable() {
        Table table = new Table().text("NAME").text("KIND").text("ACCESS").text("ADDRESS");
        for (Found one : found) {
            table.row(
                    "  ".repeat(one.level() - 1) + one.entry().name(),
                    kind(one.entry().kind()),
                    access(one.entry().access()),
                    one.entry().address());
        }
        table.print(console());
    }

    private static Json facts(Found one) {
        return Json.object()
                .with("path", one.path())
                .with("name", one.entry().name())
                .with("address", one.entry().address())
                .with("kind", kind(one.entry().kind()))
                .with("access", access(one.entry().access()))
                .with("options", one.entry().options())
                .with("hasMore", one.entry().hasMore());
    }

    private void printCsv() {
        List<Found> channels =
                found.stream().filter(f -> f.entry().kind() != null).toList();
        Set<String> options = new TreeSet<>();
        channels.forEach(f -> options.addAll(f.entry().options().keySet()));
        console().println("name,address" + (options.isEmpty() ? "" : "," + String.join(",", options)));
        Set<String> names = new HashSet<>();
        for (Found one : channels) {
            String name = one.path();
            for (int i = 2; !names.add(name); i++) {
                name = one.path() + "-" + i;
            }
            StringBuilder line =
                    new StringBuilder(name).append(',').append(cell(one.entry().address()));
            for (String option : options) {
                line.append(',').append(cell(one.entry().options().getOrDefault(option, "")));
            }
            console().println(line);
        }
    }

    /** Returns a text as CSV has it (RFC 4180); names of a device must not be able to steer a person's terminal. */
    private static String cell(String text) {
        String clean = Table.clean(text);
        return clean.matches("[^\",]*") ? clean : '"' + clean.replace("\"", "\"\"") + '"';
    }

    private static String kind(@Nullable ValueKind kind) {
        return kind == null ? "-" : kind.word();
    }

    private static String access(Channel.@Nullable Access access) {
        return access == null ? "-" : access.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
