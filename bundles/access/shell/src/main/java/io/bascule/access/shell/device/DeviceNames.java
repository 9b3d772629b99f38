/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.device;

import io.bascule.api.channel.ChannelRegistry;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;

/** Completes the name of a device. */
@Service
public final class DeviceNames implements Completer {

    @Reference(optional = true)
    @Nullable
    ChannelRegistry registry;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        List<String> names = registry == null
                ? List.of()
                : registry.listDevices().stream()
                        .map(d -> d.descriptor().name())
                        .toList();
        return new StringsCompleter(names).complete(session, line, candidates);
    }
}
