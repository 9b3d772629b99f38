/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.channel;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code bascule:channel-read}. */
@Service
@Command(
        scope = "bascule",
        name = "channel-read",
        description = "Shows the last reading of channels; does not ask the device",
        detailedDescription = """
                Examples:
                  bascule:channel-read press1/temperature
                  bascule:channel-read --json press1/temperature press1/speed""")
public final class ChannelReadCommand extends ChannelCommand {

    @Argument(name = "channel", description = "Names of channels", required = true, multiValued = true)
    @Completion(ChannelNames.class)
    List<String> names = List.of();

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (String name : names) {
            Channel channel = channel(name);
            Reading reading = registry().read(channel.handle());
            all.add(facts(channel, reading).toMap());
            String unit = channel.unit().isEmpty() ? "" : " " + channel.unit();
            lines.add(name + " = " + Display.value(reading) + unit + "  "
                    + reading.quality().word() + "  " + Display.time(reading.timeNanos()));
        }
        if (json) {
            console().println(Json.text(all));
        } else {
            lines.forEach(console()::println);
        }
    }
}
