/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.channel;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.Value;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code bascule:channel-write}. */
@Service
@Command(
        scope = "bascule",
        name = "channel-write",
        description = "Writes a value to a channel, under your own name and audited",
        detailedDescription = """
                A bool is written as true or false, bytes in hexadecimal.

                Examples:
                  bascule:channel-write press1/setpoint 42.5
                  bascule:channel-write press1/offset -3""")
public final class ChannelWriteCommand extends ChannelCommand {

    @Argument(name = "channel", description = "Name of the channel", required = true)
    @Completion(ChannelNames.class)
    String name = "";

    @Argument(index = 1, name = "value", description = "The value, of the channel's kind", required = true)
    String value = "";

    @Reference(optional = true)
    @Nullable
    ChannelWriter writer;

    @Override
    protected void run() throws CommandException {
        Channel channel = channel(name);
        Value parsed = Value.parse(channel.kind(), value);
        ChannelWriter path = require(writer, "write path", "io.bascule.core.channel");
        for (ChannelWriter.Result result : path.write(operator(), List.of(new ChannelWriter.Write(name, parsed)))) {
            if (!result.isOk()) {
                throw failure("Not written to " + name + " (" + result.quality().word() + "): " + result.message());
            }
        }
        console().println("Wrote " + parsed.asText() + " to " + name);
    }
}
