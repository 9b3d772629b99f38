/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.channel;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.access.shell.Json;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import java.util.Locale;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** A command that works with the process image. */
abstract class ChannelCommand extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    ChannelRegistry registry;

    ChannelRegistry registry() throws CommandException {
        return require(registry, "channel registry", "io.bascule.core.channel");
    }

    Channel channel(String name) throws CommandException {
        return registry()
                .find(name)
                .orElseThrow(() ->
                        failure("There is no channel '" + name + "'; 'bascule:channel-list' shows those that exist."));
    }

    static Json facts(Channel channel, Reading reading) {
        return Json.object()
                .with("name", channel.name())
                .with("device", channel.device())
                .with("kind", channel.kind().word())
                .with("access", channel.access().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .with("unit", channel.unit())
                .with("value", plain(reading.value()))
                .with("quality", reading.quality().word())
                .with("timeNanos", reading.timeNanos());
    }

    private static Object plain(Value value) {
        if (value instanceof Value.F64 number) {
            return number.value();
        } else if (value instanceof Value.I64 number) {
            return number.value();
        } else if (value instanceof Value.Bool bool) {
            return bool.value();
        }
        return value.asText();
    }
}
