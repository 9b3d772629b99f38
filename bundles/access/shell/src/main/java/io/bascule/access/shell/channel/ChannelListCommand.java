/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.channel;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Reading;
import io.bascule.api.security.NamePattern;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:channel-list}. */
@Service
@Command(
        scope = "bascule",
        name = "channel-list",
        description = "Lists channels with their last readings; times are UTC of the source",
        detailedDescription = """
                In a pattern, * stands for any characters up to the next slash, ** for
                any characters.

                Examples:
                  bascule:channel-list
                  bascule:channel-list 'press1/*'
                  bascule:channel-list --json""")
public final class ChannelListCommand extends ChannelCommand {

    @Argument(name = "pattern", description = "Which channels; all if unset")
    @Completion(ChannelNames.class)
    String pattern = "**";

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        NamePattern wanted = NamePattern.of(pattern);
        ChannelRegistry image = registry();
        List<Channel> channels =
                image.list().stream().filter(c -> wanted.matches(c.name())).toList();
        if (json) {
            console()
                    .println(Json.text(channels.stream()
                            .map(c -> facts(c, image.read(c.handle())).toMap())
                            .toList()));
            return;
        }
        if (channels.isEmpty()) {
            console()
                    .println("No channels match '" + pattern
                            + "'. Drivers make them: see etc/io.bascule.driver.*.cfg and 'bascule:status'.");
            return;
        }
        Table table = new Table()
                .flexible("CHANNEL")
                .text("KIND")
                .flexible("VALUE")
                .flexible("UNIT")
                .flexible("QUALITY")
                .text("TIME");
        for (Channel channel : channels) {
            Reading reading = image.read(channel.handle());
            table.row(
                    channel.name(),
                    channel.kind().word(),
                    Display.value(reading),
                    channel.unit(),
                    reading.quality().word(),
                    Display.time(reading.timeNanos()));
        }
        table.print(console());
    }
}
