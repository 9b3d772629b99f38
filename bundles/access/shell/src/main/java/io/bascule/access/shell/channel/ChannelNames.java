/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.channel;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;

/** Completes the name of a channel. */
@Service
public final class ChannelNames implements Completer {

    @Reference(optional = true)
    @Nullable
    ChannelRegistry registry;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        List<String> names = registry == null
                ? List.of()
                : registry.list().stream().map(Channel::name).toList();
        return new StringsCompleter(names).complete(session, line, candidates);
    }
}
